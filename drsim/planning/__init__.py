"""From a scenario to a plan of plain index arrays: what will happen before anything runs."""
