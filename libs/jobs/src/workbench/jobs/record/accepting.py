"""A job as its row is first written, and what may not be written."""

from __future__ import annotations

import time
from typing import Any

from structlog.contextvars import get_contextvars
from workbench.fields.text import storable
from workbench.jobs.job import State
from workbench.jobs.kind import Kind
from workbench.jobs.record.reuse import reuse_key
from workbench.jobs.record.rows import ID_LENGTH, KEY_LENGTH, nameable
from workbench.jobs.record.words import named, words_of
from workbench.problems.common import InvalidRequest
from workbench.store import Manifest


def accepted(*, name: str | None, **values: Any) -> dict[str, Any]:
    """A job that has just been accepted; the defaults of what ``values`` does not say."""
    name = storable(name) if name else name
    return {
        "state": State.QUEUED,
        "created_at": time.time(),
        "seq": 1,
        "attempt": 0,
        "fence": 0,
        "cancel_requested": False,
        "reuse_key": None,
        "name": name,
        "words": words_of(name, []),
        **values,
    }


def submitted(kind: Kind, team: str, request: dict[str, Any], held: list[Manifest], **more: Any) -> dict[str, Any]:
    """A job that somebody asks for and that holds these manifests; ``more``: its id, name and idempotency key."""
    holds = [manifest.id for manifest in held]
    return accepted(
        team=team,
        kind=kind.name,
        request=request,
        request_id=_request_id(),
        target=kind.target(request) or "",
        holds=holds,
        about=named(request, holds),
        reuse_key=reuse_key(kind, request, held),
        **more,
    )


def _request_id() -> str | None:
    """As far as it can be kept: a command brings one from elsewhere."""
    asked = get_contextvars().get("request_id")
    return storable(asked)[:ID_LENGTH] if asked else None


def done(at: float, manifest: str | None, result: dict[str, Any] | None) -> dict[str, Any]:
    """What a job that needs no work has in addition: ``at`` in seconds since the epoch."""
    return {"state": State.SUCCEEDED, "started_at": at, "finished_at": at, "manifest": manifest, "result": result}


def refuse_unstorable(job_id: str | None, idempotency_key: str | None) -> None:
    """Raises InvalidRequest for what the columns cannot hold."""
    if job_id is not None and not (job_id and nameable(job_id, ID_LENGTH)):
        raise InvalidRequest({"id": f"Give 1 to {ID_LENGTH} characters, none of them NUL."})
    if idempotency_key is not None and not nameable(idempotency_key, KEY_LENGTH):
        raise InvalidRequest({"Idempotency-Key": f"Give at most {KEY_LENGTH} characters, none of them NUL."})
