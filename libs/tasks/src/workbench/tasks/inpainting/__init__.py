"""A picture with a part of it missing, made whole."""
