"""We decide what a model file is, whether it is safe, and what is in it."""
