"""Jobs that a GET begins when somebody first asks: found by an id that all who ask arrive at, so that they wait for one
job, and made again when they have failed."""

from __future__ import annotations

import time
from typing import Any

from workbench.jobs import Job, State
from workbench.webapp.connection import nobody_waits
from workbench.webapp.ports import ports, turn

_AGAIN_S = 60.0
_PATIENCE_S = 20.0


def begin(kind: str, team: str, job_id: str, request: dict[str, Any]) -> Job:
    """The job of that id, begun if there is none, or a failed one is a minute old."""
    known = ports().jobs.find(job_id)
    if known is not None and _worth_another(known):
        ports().jobs.delete(kind, team, known.id)
        known = None
    return known or ports().submit(kind, request, job_id=job_id)


def ended(job: Job) -> Job:
    """The job once it has ended, as far as its team may wait for that."""
    deadline, gone = time.monotonic() + _PATIENCE_S, nobody_waits()
    if job.state.ended or not turn().wait():
        return job
    try:
        while not job.state.ended and (left := deadline - time.monotonic()) > 0 and not gone():
            job = ports().jobs.wait(job.kind, job.team, job.id, job.seq, left, gone)
    finally:
        turn().work()
    return job


def forget(kind: str, team: str, job_id: str) -> None:
    """What such a job has made, and its row; safe to repeat."""
    jobs = ports().jobs
    known = jobs.find(job_id)
    if known is not None and not known.state.ended:
        known = jobs.cancel(kind, team, known.id)
    if known is None or not known.state.ended:  # a cancelled one leaves nothing but its row
        return
    ports().manifests().bury(known.id)
    jobs.delete(kind, team, known.id)


def why_not(job: Job) -> str:
    """Of one that has ended without a result."""
    return str((job.error or {}).get("detail") or f"it has {job.state}")


def _worth_another(job: Job) -> bool:
    failed = job.state.ended and job.state is not State.SUCCEEDED
    return failed and time.time() - (job.finished_at or 0) > _AGAIN_S
