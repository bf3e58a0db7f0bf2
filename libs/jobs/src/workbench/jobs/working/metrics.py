"""What a worker counts while it works; the process that serves `/metrics` shows it."""

from __future__ import annotations

from prometheus_client import Counter, Histogram, disable_created_metrics
from workbench.jobs.job import Job

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, of no use here
_SECONDS = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)
RUN_TIME = Histogram(
    "workbench_job_run_seconds", "From the first claim of a job to its end.", ["kind", "state"], buckets=_SECONDS
)
WAIT_TIME = Histogram(
    "workbench_job_wait_seconds", "From the acceptance of a job to its first claim.", ["kind"], buckets=_SECONDS
)
RETRIES = Counter("workbench_job_retries", "Attempts that ended with a fault of the machinery.", ["kind"])
LEASE_LOSSES = Counter("workbench_job_lease_losses", "Leases that ran out under a living worker.", ["kind"])


def claimed(job: Job) -> None:
    """A worker has it for the first time, or again."""
    if job.attempt == 1 and job.started_at is not None:
        WAIT_TIME.labels(job.kind).observe(max(0.0, job.started_at - job.created_at))


def ended(job: Job) -> None:
    """It has ended, one way or another."""
    if job.started_at is not None and job.finished_at is not None:
        RUN_TIME.labels(job.kind, str(job.state)).observe(max(0.0, job.finished_at - job.started_at))
