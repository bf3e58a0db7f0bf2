"""Whether a converted model computes what its source does: both run on the same numbers, in a process of their own."""
