"""How outputs become the class of each pixel."""
