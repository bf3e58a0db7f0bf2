"""Runs that live in pods: dispatched without a thread for each, and heard at the desk."""
