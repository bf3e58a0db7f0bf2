"""Where the time goes inside a model, operation by operation."""
