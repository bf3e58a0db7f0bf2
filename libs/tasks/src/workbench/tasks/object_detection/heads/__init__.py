"""How outputs become boxes."""
