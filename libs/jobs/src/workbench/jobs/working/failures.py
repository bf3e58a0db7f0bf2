"""What a run without a result means for its job: another attempt where the machinery failed, else the end.

A core that crashes by itself may have met bad luck once. Twice with the same inputs, it is these inputs: trying on
would only keep the place of a job that could succeed.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.jobs.job import Job
from workbench.problems.common import RunFailed
from workbench.runner import Exit, Outcome, read_progress
from workbench.runner.remedies import CRASHES_AGAIN, REMEDIES

# The machinery failed, not the input: worth another attempt.
FAULTS = frozenset({"killed", "crashed", "stopped", "evicted", "node_lost", "not_admitted"})
MOST_CRASHES = 2
# What a process does to itself; SIGKILL and SIGTERM come from outside.
_ITS_OWN = frozenset(
    {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGTRAP, signal.SIGSYS}
)
_SAYS_WHERE = frozenset({"wall_limit", "cpu_limit"})
_LONGEST_PLACE = 300


@dataclass(frozen=True)
class Failure:
    """``again``: try it once more; ``crashed``: it did that by itself."""

    problem: RunFailed
    again: bool
    crashed: bool = False


def failure(job: Job, outcome: Outcome, exit_: Exit | None, folder: Path) -> Failure:
    """Of a run that left neither a result nor a refusal."""
    reason = outcome.reason or "crashed"
    place = _place(_last_progress(folder) or job.progress or {})
    by = _signal(exit_) if reason == "crashed" else None
    if by is None:
        detail = f"{outcome.detail}{f' It was at: {place}.' if place and reason in _SAYS_WHERE else ''}"
        return Failure(RunFailed(reason, detail, REMEDIES.get(reason, "")), again=reason in FAULTS)
    if job.crashes + 1 < MOST_CRASHES:
        return Failure(RunFailed(reason, outcome.detail, REMEDIES[reason]), again=True, crashed=True)
    return Failure(RunFailed(reason, _always(by, place), CRASHES_AGAIN), again=False, crashed=True)


def _always(by: str, place: str) -> str:
    where = f" while it was at: {place}" if place else ""
    return (
        f"The run crashed {MOST_CRASHES} times by {by}{where}. These inputs make the native code that works on "
        "them crash, OpenVINO most often, so it is not tried again."
    )


def _signal(exit_: Exit | None) -> str | None:
    by = -exit_.code if exit_ is not None and exit_.code is not None else 0
    return signal.Signals(by).name if by in _ITS_OWN else None


def _place(progress: Mapping[str, Any]) -> str:
    words = [str(progress.get(key) or "") for key in ("stage", "message")]
    return " ".join(word for word in words if word)[:_LONGEST_PLACE]


def _last_progress(folder: Path) -> dict[str, Any] | None:
    """From its own file: the record may not have it yet. Nothing where the run lives elsewhere."""
    last, offset, before = None, 0, -1
    while offset != before:
        before = offset
        news, offset = read_progress(folder, offset)
        last = news[-1] if news else last
    return {"stage": last.stage, "message": last.message} if last else None
