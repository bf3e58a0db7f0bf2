"""Which things are in a picture, and where."""
