"""Refusals about what a service relies on."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.problems import Problem
from workbench.problems.common import HttpProblem


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

    Remedy: see to `missing`; the process notices by itself when it is back.
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
class TooManyRequests(Problem):
    """A team has as many requests under way at this server as it may have, so that others are served too.

    Remedy: send the request again after `retry_after_s`, and fewer at a time.
    """

    status = 429
    title = "Too many requests at a time"
    limit: int
    retry_after_s: int = 1

    @property
    def detail(self) -> str:
        """Name the limit."""
        return (
            f"A team may have about {self.limit} requests under way at one server, fewer while it is busy; "
            f"try again in {self.retry_after_s} s."
        )


@dataclass(eq=False)
class RequestTooSlow(Problem):
    """The request did not arrive within the time that a connection is kept open for it.

    Remedy: send it again over a better connection; a large file goes by parts, which are repeated one by one.
    """

    status = 408
    title = "The request arrived too slowly"
    waited_s: int = 10

    @property
    def detail(self) -> str:
        """What would do."""
        return (
            f"The head of a request must arrive within {self.waited_s} s, and of its body "
            "WORKBENCH_LEAST_KIB_S in every second."
        )


@dataclass(eq=False)
class NotHttp(HttpProblem):
    """What arrived is no HTTP/1.1 request, or one with parts that this server does not accept.

    Remedy: use a client library; `detail` says what could not be read.
    """

    title = "The request could not be read"


@dataclass(eq=False)
class TooManyStreams(Problem):
    """A team waits as often at this server, by event streams and `wait_s`, as it may.

    Remedy: close a stream, or read the job now and then, which is answered at once meanwhile (`wait_s`).
    """

    status = 429
    title = "Too many event streams"
    limit: int
    retry_after_s: int = 5

    @property
    def detail(self) -> str:
        """Name the limit."""
        return f"A team may have {self.limit} event streams open at one server."


@dataclass(eq=False)
class OtherRelease(Problem):
    """The agent of a machine is of another release than this workbench, so it gets no work.

    Remedy: install the workbench's release on the machine and start `workbench agent` again; what it runs goes on.
    """

    status = 409
    title = "The agent is of another release"
    release: str
    wanted: str

    @property
    def detail(self) -> str:
        """Both."""
        return f"The agent is of release {self.release or 'unknown'}, the workbench of {self.wanted}."


@dataclass(eq=False)
class TooManyTokens(Problem):
    """The team has as many tokens as it may have.

    Remedy: revoke those that are expired or that nobody uses any more, then make this one.
    """

    status = 409
    title = "The team has too many tokens"
    limit: int

    @property
    def detail(self) -> str:
        """Name the limit."""
        return f"A team may have {self.limit} tokens, expired ones included."
