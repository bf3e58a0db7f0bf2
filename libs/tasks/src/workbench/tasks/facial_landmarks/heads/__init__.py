"""How outputs become points."""
