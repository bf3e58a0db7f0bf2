"""How a run has exited; until it has, what it says goes to the row of its job.

Both raise Cancelled when the job is to end, and LeaseLost when it is another worker's by now.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from workbench.jobs.job import Job
from workbench.jobs.record.jobs import Jobs
from workbench.jobs.working import lease
from workbench.runner import Exit, Launcher, Status, read_log, read_progress

TICK_S = 0.5
QUIET_TICK_S = 1.0  # while a measurement runs, the rest of the machine keeps quiet


def followed(record: Jobs, launcher: Launcher, job: Job, folder: Path, *, quiet: bool) -> Exit | None:
    """Of a run on this machine: its progress and log are read from its folder. ``quiet``: look less often."""
    tick = QUIET_TICK_S if quiet else TICK_S
    read_to = log_to = 0
    progress: dict[str, Any] | None = None
    said: tuple[dict[str, Any] | None, str | None] = (None, job.waiting_for)
    while True:
        status = launcher.wait(folder, tick)
        news, read_to = read_progress(folder, read_to)
        text, log_to = read_log(folder, log_to)
        if text:
            lease.append_log(record, job, text)
        if status.state == "exited":
            return status.exit
        progress = asdict(news[-1]) if news else progress
        saying = (progress, _waiting(status))
        if saying == said:
            lease.check(record, job)
            continue
        lease.report(record, job, *saying)
        said = saying


def awaited(record: Jobs, launcher: Launcher, job: Job, folder: Path) -> Exit | None:
    """Of a run elsewhere that tells its progress and log itself; only what it waits for is said here."""
    said = job.waiting_for
    while True:
        status = launcher.wait(folder, QUIET_TICK_S)
        if status.state == "exited":
            return status.exit
        if _waiting(status) == said:
            lease.check(record, job)
            continue
        said = _waiting(status)
        lease.say_waiting(record, job, said)


def _waiting(status: Status) -> str | None:
    return status.waiting_for if status.state == "waiting" else None
