"""Environments apart: a folder each with a hashed lock and the programs its interpreter runs; and how they are made."""
