"""How outputs become a larger picture."""
