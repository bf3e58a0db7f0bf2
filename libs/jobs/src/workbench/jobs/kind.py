"""What a service says about a kind of job: how it is carried out, and what it becomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Engine
from workbench.jobs.job import Job
from workbench.runner.device_time import Span
from workbench.runner.values import Launch, device_type
from workbench.store import File, Manifest, Manifests


@dataclass(frozen=True)
class Made:
    """What a finished job becomes: a manifest of ``kind`` with the job's own id."""

    kind: str
    facts: dict[str, Any]
    files: tuple[File, ...] = ()
    parents: tuple[str, ...] = ()


class Conduct(Protocol):
    """What a job that only drives other jobs may do while it holds its lease."""

    job: Job
    manifests: Manifests

    @property
    def engine(self) -> Engine:
        """Of the service's schema, where it may have rows of its own about the job."""

    def ring(self) -> None:
        """Say that there is something new in it: commands to hand over, too."""

    def report(self, progress: dict[str, Any], waiting_for: str | None = None) -> None:
        """Record progress. Raises Cancelled when somebody asked for that, LeaseLost when it is not ours."""

    def log(self, text: str) -> None:
        """Append a line to the log that is kept."""

    def sleep(self, timeout_s: float) -> None:
        """Wait for this job's bell."""


def _target(request: dict[str, Any]) -> str | None:
    return device_type(request.get("target"))


def _anything(_request: dict[str, Any], _held: Sequence[Manifest]) -> None:
    return


def _unknown(_request: dict[str, Any]) -> Span | None:
    return None


def _nothing(_request: dict[str, Any]) -> list[tuple[str, str]]:
    return []


@dataclass(frozen=True)
class Kind:
    """One kind of job as plain functions around its core.

    A kind either runs a core (``plan`` and ``publish``) or drives other jobs (``conduct``).

    bring: puts into staging what a request names elsewhere; its ``files``, as an upload's request lists them, and what
        else the request is to say from then on. Called before there is a plan, as long as there are no files; safe to
        begin again.
    plan: which core, with what inputs and limits; None when there is nothing to compute.
    publish: what the core's result and files become; safe to run twice.
    needs: the (manifest kind, id) pairs a request names; they cannot be deleted while it is under way.
    check: refuses (with a Problem) a request whose manifests, as ``needs`` names them, already say that it must fail.
    target: where a request is to run, as far as jobs wait for one another there; None: wherever there is a worker.
    takes: how long a request of it runs, as far as the request alone says; None: nobody knows beforehand.
    measures: whether it has its target for itself meanwhile.
    version: of the core; with it an identical request reuses an earlier result. None: never (measurements).
    """

    name: str
    publish: Callable[[Job, dict[str, Any], tuple[File, ...], Manifests], Made] | None = None
    plan: Callable[[Job, Manifests], Launch | None] | None = None
    conduct: Callable[[Conduct], Made] | None = None
    bring: Callable[[Conduct], dict[str, Any]] | None = None
    needs: Callable[[dict[str, Any]], list[tuple[str, str]]] = _nothing
    check: Callable[[dict[str, Any], Sequence[Manifest]], None] = _anything
    target: Callable[[dict[str, Any]], str | None] = _target
    takes: Callable[[dict[str, Any]], Span | None] = _unknown
    measures: bool = False
    version: str | None = None
    max_attempts: int = 5

    def brings(self, job: Job) -> bool:
        """Whether the job's files are still elsewhere."""
        return self.bring is not None and not job.request.get("files")
