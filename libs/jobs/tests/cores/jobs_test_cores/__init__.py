"""Cores to try the execution of jobs with."""
