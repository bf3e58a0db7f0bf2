"""Refusals about what a service relies on."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.problems import Problem


@dataclass(eq=False)
class StorageAway(Problem):
    """The object store does not answer, or does not accept this service.

    Remedy: send the request again after `retry_after_s`. Should it last, `/readyz` and the log say more.
    """

    status = 503
    title = "The object store cannot be reached"
    retry_after_s: int = 5

    @property
    def detail(self) -> str:
        """When to come back."""
        return f"The object store does not answer at the moment; try again in {self.retry_after_s} s."


@dataclass(eq=False)
class NotReady(Problem):
    """The process lives, but something it relies on is missing.

    Remedy: see to what `missing` names; the process notices by itself when it is back.
    """

    status = 503
    title = "Not ready"
    missing: dict[str, str]
    retry_after_s: int = 5

    @property
    def detail(self) -> str:
        """Name what is missing."""
        return "Missing: " + "; ".join(f"{name} ({reason})" for name, reason in self.missing.items())


@dataclass(eq=False)
class TooManyStreams(Problem):
    """A team has as many event streams open at this server as it may have.

    Remedy: close one, or read the job with `wait_s` instead, which keeps a connection only for a while.
    """

    status = 429
    title = "Too many event streams"
    limit: int
    retry_after_s: int = 5

    @property
    def detail(self) -> str:
        """Name the limit."""
        return f"A team may have {self.limit} event streams open at one server."
