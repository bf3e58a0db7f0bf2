"""What a job is: its states, the row as a value, and what a service says about a kind of job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from workbench.runner.values import Launch, device_type
from workbench.store import File, Manifests

if TYPE_CHECKING:
    from workbench.jobs.record import Jobs


class State(StrEnum):
    """The five words; there are no others."""

    QUEUED = "queued"  # accepted, waits for a worker
    RUNNING = "running"  # a worker holds the lease, or held it and died
    SUCCEEDED = "succeeded"  # the manifest is written
    FAILED = "failed"  # `error` says why
    CANCELLED = "cancelled"  # somebody asked, and the work has really stopped

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

    @property
    def holder(self) -> str:
        """Under which name this job holds what it needs."""
        return f"{self.kind}-{self.id}"


@dataclass(frozen=True)
class Made:
    """What a finished job becomes: a manifest of ``kind`` with the job's own id."""

    kind: str
    facts: dict[str, Any]
    files: tuple[File, ...] = ()
    parents: tuple[str, ...] = ()


class Conduct(Protocol):
    """What a job that only drives other jobs may do while it holds its lease."""

    record: Jobs
    job: Job
    manifests: Manifests

    def report(self, progress: dict[str, Any], waiting_for: str | None = None) -> None:
        """Record progress. Raises Cancelled when somebody asked for that, LeaseLost when it is not ours."""

    def log(self, text: str) -> None:
        """Append a line to the log that is kept."""

    def sleep(self, timeout_s: float) -> None:
        """Wait for this job's bell."""


def _target(request: dict[str, Any]) -> str | None:
    return device_type(request.get("target"))


def _nothing(_request: dict[str, Any]) -> list[tuple[str, str]]:
    return []


@dataclass(frozen=True)
class Kind:
    """One kind of job as plain functions around its core.

    A kind either runs a core (``plan`` and ``publish``) or drives other jobs (``conduct``).

    plan: which core, with what inputs and limits; None when there is nothing to compute.
    publish: what the core's result and files become; safe to run twice.
    needs: the (manifest kind, id) pairs a request names; they cannot be deleted while it is under way.
    target: where a request is to run, as far as jobs wait for one another there; None: wherever there is a worker.
    measures: whether it has its target for itself meanwhile.
    version: of the core; with it an identical request reuses an earlier result. None: never (measurements).
    """

    name: str
    publish: Callable[[Job, dict[str, Any], tuple[File, ...], Manifests], Made] | None = None
    plan: Callable[[Job, Manifests], Launch | None] | None = None
    conduct: Callable[[Conduct], Made] | None = None
    needs: Callable[[dict[str, Any]], list[tuple[str, str]]] = _nothing
    target: Callable[[dict[str, Any]], str | None] = _target
    measures: bool = False
    version: str | None = None
    max_attempts: int = 5
