"""Reports: what is told of a run, a comparison or a hunt, how a number knows where it is from, and what it looks like."""
