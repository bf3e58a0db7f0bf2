"""Small cores to try the record of jobs with."""
