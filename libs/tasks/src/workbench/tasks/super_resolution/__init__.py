"""A picture with more pixels than it came with."""
