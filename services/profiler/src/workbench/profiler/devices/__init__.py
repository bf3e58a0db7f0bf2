"""What executes a model here: which devices can and why others cannot, and a model compiled for one as asked."""
