"""Everything the client raises, as one tree.

WorkbenchError
├── BadInput          something on this machine cannot be sent or written; nothing was asked of the server
├── Unreachable       no server answered, or what answered is not a workbench
├── Damaged           the bytes that arrived are not the bytes the server promised
└── ProblemReported   the workbench said no, in a problem document
    ├── Refused       ... to this request
    └── JobFailed     ... later: the job has ended without success
        └── JobCancelled
"""

from __future__ import annotations

from typing import Any

Problem = dict[str, Any]


class WorkbenchError(Exception):
    """Base of all; its text is one line for a person."""


class BadInput(WorkbenchError):
    """A local path cannot be used; the text names it and says what would be accepted."""


class Unreachable(WorkbenchError):
    """No workbench answered within the client's patience."""


class UploadInterrupted(KeyboardInterrupt):
    """Ctrl-C during an upload in parts; what has arrived is kept on the server."""

    def __init__(self, arrived: int, total: int) -> None:
        super().__init__(
            f"{arrived / 1e6:.0f} of {total / 1e6:.0f} MB have arrived and are kept for a week: "
            "the same command goes on from there"
        )


class Damaged(WorkbenchError):
    """A download's digest differs from the server's, twice in a row."""


class ProblemReported(WorkbenchError):
    """A problem document (RFC 9457) and its members."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.say(problem)

    def say(self, problem: Problem) -> None:
        """Tell this problem from now on."""
        self.problem = problem
        self.args = (str(problem.get("detail") or problem.get("title") or "no reason was given"),)

    @property
    def type(self) -> str:
        """The catalogue's short name: ``urn:workbench:problem:still-in-use`` → ``still-in-use``."""
        return str(self.problem.get("type", "")).rpartition(":")[2]

    @property
    def title(self) -> str:
        """What kind of thing went wrong."""
        return str(self.problem.get("title") or "The workbench said no")

    @property
    def remedy(self) -> str:
        """What to do next; empty when the server has no advice. Of a step that failed it is that step's own."""
        cause = self.problem.get("cause")
        return str((cause if isinstance(cause, dict) else self.problem).get("remedy") or "")


class Refused(ProblemReported):
    """The server refused a request."""

    @property
    def status(self) -> int:
        """HTTP's status code."""
        return int(self.problem.get("status", 0))


class JobFailed(ProblemReported):
    """A job ended without success; ``view`` is its last job view, ``path`` where the API has it."""

    def __init__(self, view: dict[str, Any], path: str) -> None:
        super().__init__(view.get("error") or {"title": f"The {view.get('kind', 'job')} {view['state']}"})
        self.view = view
        self.path = path


class JobCancelled(JobFailed):
    """Somebody cancelled the job."""
