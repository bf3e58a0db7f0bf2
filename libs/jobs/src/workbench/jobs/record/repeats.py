"""Whether a submission is an earlier one once more."""

from __future__ import annotations

from typing import Any

from workbench.jobs.job import Job
from workbench.jobs.problems import IdempotencyConflict


def alike(known: dict[str, Any], asked: dict[str, Any]) -> bool:
    """Whether the same was asked for, whatever was brought for it since."""
    if asked.get("files") == []:
        return {name: value for name, value in known.items() if name in asked} | {"files": []} == asked
    return _asked(known) == _asked(asked)


def _asked(request: dict[str, Any]) -> dict[str, Any]:
    """The request without where its files were put: the same bytes sent again lie elsewhere."""
    if not request.get("files"):
        return request
    files = [{name: value for name, value in file.items() if name != "key"} for file in request["files"]]
    return {**request, "files": files}


def same_or_refused(known: Job, same: bool) -> Job:
    """Raises IdempotencyConflict where another request has its key or id."""
    if not same:
        raise IdempotencyConflict(known.id)
    return known
