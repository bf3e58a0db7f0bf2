"""Which things are in a picture, and which pixels are theirs."""
