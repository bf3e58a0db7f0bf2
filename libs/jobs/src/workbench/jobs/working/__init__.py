"""The working side of the record: claim a job, hold its lease, carry it out with a run on this machine."""
