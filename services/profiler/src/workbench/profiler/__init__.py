"""We decide how fast a model is on a device, and whether the number can be trusted."""
