"""A picture in another style."""
