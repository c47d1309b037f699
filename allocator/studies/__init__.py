"""Questions made of many solves: batch, compare, explain."""
