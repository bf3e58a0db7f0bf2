"""How outputs become an embedding."""
