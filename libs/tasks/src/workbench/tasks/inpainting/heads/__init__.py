"""How outputs become a picture made whole."""
