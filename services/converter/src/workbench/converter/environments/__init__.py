"""Environments apart: a folder each with a hashed lock and `convert.py`, which that environment's interpreter runs."""
