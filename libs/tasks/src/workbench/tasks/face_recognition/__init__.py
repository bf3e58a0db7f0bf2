"""Whose face it is: two pictures of one person have embeddings that lie near each other."""
