"""Runs on this machine, in a pod too: a supervised process for each, its device, its limits and how it ended."""
