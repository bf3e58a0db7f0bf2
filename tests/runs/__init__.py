"""Runs that live elsewhere: their service's desk, and the pods that ask it."""
