"""What a job is: its states, and the row as a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """The five words; there are no others."""

    QUEUED = "queued"  # accepted, waits for a worker
    RUNNING = "running"  # a worker holds the lease, or held it and died
    SUCCEEDED = "succeeded"  # the manifest is written
    FAILED = "failed"  # `error` says why
    CANCELLED = "cancelled"  # somebody asked, and the work has really stopped

    @classmethod
    def group(cls, name: str) -> list[State]:
        """The states that a word means: one, or all that are ``active`` or ``ended``."""
        return [state for state in cls if name in (state, "ended" if state.ended else "active")]

    @property
    def ended(self) -> bool:
        """Whether nothing will change any more."""
        return self in (State.SUCCEEDED, State.FAILED, State.CANCELLED)


@dataclass(frozen=True)
class Job:
    """One row. Times are seconds since the epoch."""

    id: str
    team: str
    kind: str
    state: State
    name: str | None
    request: dict[str, Any]
    created_at: float
    started_at: float | None
    finished_at: float | None
    seq: int
    attempt: int
    fence: int
    cancel_requested: bool
    progress: dict[str, Any] | None
    waiting_for: str | None
    error: dict[str, Any] | None
    result: dict[str, Any] | None
    manifest: str | None
    reused_from: str | None
    holds: list[str]
    request_id: str | None = None
    crashes: int = 0
    target: str = ""
    tags: list[str] = field(default_factory=list)

    @property
    def holder(self) -> str:
        """Under which name this job holds what it needs."""
        return f"{self.kind}-{self.id}"
