"""How outputs become a picture."""
