"""How outputs become a ranking of classes."""
