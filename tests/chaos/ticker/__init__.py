"""A service like any other whose jobs are short: what the chaos test sends through the real machinery."""
