"""Refusals about jobs themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.problems import Problem
from workbench.problems.common import with_remedy


@dataclass(eq=False)
class IdempotencyConflict(Problem):
    """The same Idempotency-Key came with another request.

    Remedy: use a new key for a new request.
    """

    status = 409
    title = "This Idempotency-Key was used for a different request"
    id: str

    @property
    def detail(self) -> str:
        """Name the job that has the key."""
        return f"The Idempotency-Key belongs to job {self.id}, whose request differs from this one."


@dataclass(eq=False)
class TooManyAttempts(Problem):
    """The machinery failed under this job again and again.

    Remedy: look at the job's log and at the worker's; then submit the job again.
    """

    status = 500
    title = "The work was started several times and never finished"
    attempts: int
    reason: str
    next_step: str = ""

    @property
    def detail(self) -> str:
        """How often, and what happened last."""
        return f"Given up after {self.attempts} attempts; the last one ended with: {self.reason}"

    def document(self) -> dict[str, Any]:
        """As every problem; what ended the last attempt may have a remedy of its own."""
        return with_remedy(super().document(), self.next_step)


@dataclass(eq=False)
class StillRunning(Problem):
    """A job that has not ended cannot be deleted.

    Remedy: cancel it first, or wait for it.
    """

    status = 409
    title = "The job has not ended"
    id: str
    state: str

    @property
    def detail(self) -> str:
        """Name the job and its state."""
        return f"Job {self.id} is {self.state}; cancel it before you delete it."


@dataclass(eq=False)
class DatabaseAway(Problem):
    """The service's database does not answer, or does not have its tables yet.

    Remedy: send the request again after `retry_after_s`; with an Idempotency-Key it is accepted once at most.
    Should it last, look at the database server, and whether `python -m workbench.<service> migrate` has run.
    """

    status = 503
    title = "The database cannot be reached"
    retry_after_s: int = 5

    @property
    def detail(self) -> str:
        """When to come back."""
        return f"The service's database does not answer at the moment; try again in {self.retry_after_s} s."


@dataclass(eq=False)
class ForeignInput(Problem):
    """The job names an input that is neither a file of its team's things nor one that was uploaded for it.

    Remedy: upload the files again and use what that answers; tell your operator, since no request should lead here.
    """

    status = 422
    title = "An input is not the job's own"
    input: str

    @property
    def detail(self) -> str:
        """Name the input, not where it points."""
        return f"{self.input}: it does not lie where the inputs of this job do."


@dataclass(eq=False)
class UploadDamaged(Problem):
    """An uploaded file is not the one whose digest was declared.

    Remedy: see that the file does not change meanwhile, then upload it again.
    """

    status = 422
    title = "An uploaded file is not what was declared"
    file: str
    declared_sha256: str
    found_sha256: str

    @property
    def detail(self) -> str:
        """Name the file and both digests."""
        return f"{self.file}: SHA-256 {self.declared_sha256} was declared, but {self.found_sha256} arrived."


@dataclass(eq=False)
class RunGone(Problem):
    """A pod asks in the name of a run that its job does not have, or has no more.

    Remedy: nothing to do; the pod ends by itself, and the job's own record says how it goes on.
    """

    status = 410
    title = "This run is over"
    reason: str

    @property
    def detail(self) -> str:
        """Why the pod may not go on."""
        return f"The run cannot go on: {self.reason}."
