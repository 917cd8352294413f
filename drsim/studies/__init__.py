"""Replications over any executor, and the result with its tables."""
