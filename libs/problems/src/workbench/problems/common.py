"""Refusals that more than one service answers with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from workbench.problems import TYPE_PREFIX, Problem, kebab
from workbench.problems.faults import faults


@dataclass(eq=False)
class NotFound(Problem):
    """There is no such thing, or it belongs to another team: the answer is the same.

    Remedy: check the id; `workbench <resource> list` shows what this team has. Of a job that was answered with an
    earlier result (`reused_from`), take the id of that (`result`).
    """

    status = 404
    title = "Not found"
    resource: str
    id: str

    @property
    def detail(self) -> str:
        """Name what was looked for."""
        return f"There is no {self.resource} {self.id!r}, or the job that makes it has not succeeded yet."


@dataclass(eq=False)
class InvalidRequest(Problem):
    """The request does not fit its schema.

    Remedy: correct what `detail` names (`errors` by field); the reference of the API says what each field accepts.
    """

    status = 422
    title = "The request is not valid"
    errors: dict[str, Any]

    @property
    def detail(self) -> str:
        """Every field at fault with its reason, on one line."""
        lines = [f"{path}: {words}" if path else words for path, words in faults(self.errors)]
        return "; ".join(lines) or self.title


@dataclass(eq=False)
class Unauthorized(Problem):
    """The request carries no token that is known here.

    Remedy: set WORKBENCH_TOKEN to one (`Authorization: Bearer <token>` of requests); embedded, the token is in
    `WORKBENCH_HOME/token`.
    """

    status = 401
    title = "A valid token is required"


@dataclass(eq=False)
class Forbidden(Problem):
    """The token is known, but what was asked for is not allowed.

    Remedy: ask for a token with the role that `detail` names.
    """

    status = 403
    title = "Not allowed"
    reason: str

    @property
    def detail(self) -> str:
        """Why not."""
        return self.reason


@dataclass(eq=False)
class JobFinished(Problem):
    """Only a job that is queued or running can be cancelled.

    Remedy: nothing to do; read the job to see how it ended.
    """

    status = 409
    title = "The job has already ended"
    id: str
    state: str

    @property
    def detail(self) -> str:
        """Name the job and how it ended."""
        return f"Job {self.id} has already {self.state}; only a queued or running job can be cancelled."


@dataclass(eq=False)
class StillInUse(Problem):
    """Something else needs what was to be deleted.

    Remedy: delete or finish first what needs it: `holders`.
    """

    status = 409
    title = "Still in use"
    resource: str
    id: str
    holders: list[str] = field(default_factory=list)

    @property
    def detail(self) -> str:
        """Name the thing and who holds it."""
        return f"The {self.resource} {self.id} is in use by {', '.join(self.holders)}."


@dataclass(eq=False)
class Deleted(Problem):
    """What was named has been deleted or is being deleted; its manifest remains for lineage.

    Remedy: upload it again, or name another.
    """

    status = 410
    title = "Deleted"
    resource: str
    id: str

    @property
    def detail(self) -> str:
        """Name what is gone."""
        return f"The {self.resource} {self.id} has been deleted."


@dataclass(eq=False)
class StorageFull(Problem):
    """The disk or bucket has no room; nothing half-written was kept.

    Remedy: free space where WORKBENCH_HOME lies, on the machine that `detail` names if it names one, then repeat the
    request.
    """

    status = 507
    title = "No room left to store this"
    what: str = "the request"
    where: str = ""

    @property
    def detail(self) -> str:
        """Say what did not fit, and where, if that is known."""
        return f"There is no room left to store {self.what}; nothing was kept. {self.where}".rstrip()


def with_remedy(document: dict[str, Any], remedy: str | None) -> dict[str, Any]:
    """The document with this remedy in place of its class's, if there is one; it is no fact of its own."""
    document.pop("next_step", None)
    return document | {"remedy": remedy} if remedy else document


@dataclass(eq=False)
class RunRefused(Problem):
    """The core looked at the input and said no; the same input would meet the same answer.

    Remedy: do as the reason says; the job's log has the rest.
    """

    status = 422
    title = "The input was refused"
    kind: str
    reason: str
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def detail(self) -> str:
        """The core's own words."""
        return self.reason

    def document(self) -> dict[str, Any]:
        """The type is the core's own name for the case, so that clients can tell cases apart."""
        # The core knows its case better than this class does.
        document = with_remedy(super().document(), self.facts.get("remedy"))
        return {**self.facts, **document, "type": TYPE_PREFIX + kebab(self.kind)}


@dataclass(eq=False)
class RunFailed(Problem):
    """The process that did the work ended without a result.

    Remedy: read the job's log; where memory or time ran out, a smaller model, batch or subset helps.
    """

    status = 500
    title = "The work did not finish"
    reason: str
    explanation: str
    next_step: str = ""

    @property
    def detail(self) -> str:
        """How it ended."""
        return self.explanation

    def document(self) -> dict[str, Any]:
        """As every problem; each reason has a remedy of its own."""
        return with_remedy(super().document(), self.next_step)


@dataclass(eq=False)
class InternalError(Problem):
    """A defect of the workbench; the log has the traceback under `incident`.

    Remedy: report it with the incident's id.
    """

    status = 500
    title = "An internal error"
    incident: str

    @property
    def detail(self) -> str:
        """Only the id crosses the border; the traceback stays in the log."""
        return f"Something went wrong inside the workbench (incident {self.incident}); the log has the details."


@dataclass(eq=False)
class HttpProblem(Problem):
    """What HTTP itself refuses: an unknown path, a wrong method, a body too large.

    Remedy: compare the path and method with the API reference.
    """

    title = "The request was refused"
    code: int
    reason: str

    @property
    def detail(self) -> str:
        """HTTP's own words."""
        return self.reason

    def document(self) -> dict[str, Any]:
        """As every problem, with HTTP's status."""
        return {**super().document(), "status": self.code}
