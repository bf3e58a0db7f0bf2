"""Readings of outputs as things and their pixels."""
