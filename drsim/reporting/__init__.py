"""Text for people; computes nothing: every number shown exists in a result."""
