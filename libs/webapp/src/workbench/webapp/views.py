"""How a job looks from outside: every resource is its job, with the facts of the manifest it became."""

from __future__ import annotations

import functools
import json
from datetime import UTC, datetime
from typing import Any

import marshmallow as ma
from workbench.jobs import Job, Jobs, Kind, State
from workbench.jobs.record.outlook import COUNTED
from workbench.jobs.record.pages import place_of
from workbench.webapp.facts import FactsOf

# Too long for a list; the resource itself has them.
_LONG_FACTS = ("layers", "launches", "provenance", "weights", "opset", "environment", "comparison", "together")


class ProgressView(ma.Schema):
    """How far a job is."""

    stage = ma.fields.String(metadata={"description": "What is being done, in a word or two."})
    fraction = ma.fields.Float(metadata={"description": "Of the whole job, 0 to 1."})
    message = ma.fields.String(metadata={"description": "For people."})


class FileView(ma.Schema):
    """One file of a result; download it at `…/files/{name}`."""

    name = ma.fields.String()
    sha256 = ma.fields.String()
    size_bytes = ma.fields.Integer()


class JobView(ma.Schema):
    """A job and what it became."""

    id = ma.fields.String(required=True)
    kind = ma.fields.String(required=True)
    state = ma.fields.String(
        required=True, metadata={"enum": [str(state) for state in State], "description": "There are no others."}
    )
    name = ma.fields.String(allow_none=True)
    tags = ma.fields.List(ma.fields.String(), metadata={"description": "What people have put on it."})
    created_at = ma.fields.String(metadata={"description": "RFC 3339, UTC."})
    started_at = ma.fields.String(allow_none=True)
    finished_at = ma.fields.String(allow_none=True)
    attempt = ma.fields.Integer(metadata={"description": "How often the work was begun."})
    seq = ma.fields.Integer(metadata={"description": "Rises with every visible change; pass it as `after`."})
    progress = ma.fields.Nested(ProgressView, allow_none=True)
    waiting_for = ma.fields.String(allow_none=True, metadata={"description": "Why it does not go on yet."})
    expected_wait_s = ma.fields.Float(
        allow_none=True,
        metadata={
            "description": "While queued, about how long until it is begun, at the pace of recent jobs of its "
            "kind; null when nothing is known of that or too many are before it, and in lists."
        },
    )
    expected_run_s = ma.fields.Dict(
        allow_none=True,
        metadata={
            "description": "`{least, most}`: about how long its measuring takes once it has begun, for a quick "
            "model and for a slow one (longer where one inference takes seconds); what an "
            "optimization does beside measuring comes on top. "
            "Null where the request does not say, and in lists."
        },
    )
    error = ma.fields.Dict(allow_none=True, metadata={"description": "A problem document, when failed."})
    reused_from = ma.fields.String(allow_none=True, metadata={"description": "The job whose result this is."})
    request = ma.fields.Dict(metadata={"description": "What was asked for."})
    result = ma.fields.Dict(allow_none=True, metadata={"description": "`{kind, id}` of what the job made."})
    facts = ma.fields.Dict(allow_none=True, metadata={"description": "What is known of the result."})
    files = ma.fields.List(ma.fields.Nested(FileView))
    parents = ma.fields.List(ma.fields.String(), metadata={"description": "Ids of what it was made from."})
    steps = ma.fields.List(ma.fields.Dict(), metadata={"description": "Of an optimization: its steps."})
    conversion_id = ma.fields.String(
        metadata={"description": "Of a model brought with `convert`: its conversion, there once the model is."}
    )


class JobInList(JobView):
    """A job in a list: without facts too long for one."""

    place = ma.fields.String(
        metadata={
            "description": "As `cursor`, a list of any collection of jobs begins after this one, by age; as texts, "
            "places sort as the jobs do."
        }
    )


class JobPage(ma.Schema):
    """One page of a list."""

    items = ma.fields.List(ma.fields.Nested(JobInList))
    next_cursor = ma.fields.String(allow_none=True, metadata={"description": "Pass it as `cursor`; null at the end."})


@functools.cache
def job_of(facts: type[ma.Schema]) -> type[ma.Schema]:
    """JobView of a kind of job whose facts have this schema."""
    return type(f"{_of(facts)}Job", (JobView,), {"__doc__": JobView.__doc__, "facts": _described(facts)})


@functools.cache
def page_of(facts: type[ma.Schema]) -> type[ma.Schema]:
    """JobPage of such jobs; its items lack the facts that are too long for a list."""
    told = {"__doc__": JobInList.__doc__, "facts": _described(facts)}
    items = ma.fields.List(ma.fields.Nested(type(f"{_of(facts)}JobInList", (JobInList,), told)))
    return type(f"{_of(facts)}JobPage", (JobPage,), {"__doc__": JobPage.__doc__, "items": items})


def _of(facts: type[ma.Schema]) -> str:
    return facts.__name__.removesuffix("Facts")


def _described(facts: type[ma.Schema]) -> FactsOf:
    told = "What is known of the result; facts of earlier releases may lack members."
    return FactsOf(facts, allow_none=True, metadata={"description": told})


def job_view(job: Job, record: Jobs | None = None, kind: Kind | None = None, *, brief: bool = False) -> dict[str, Any]:
    """The job as JobView describes it; ``brief`` leaves out facts too long for a list."""
    manifest = json.loads(job.manifest) if job.manifest and job.state is State.SUCCEEDED else {}
    facts = manifest.get("facts")
    if facts is not None and brief:
        facts = {name: value for name, value in facts.items() if name not in _LONG_FACTS}
    return {
        "id": job.id,
        "kind": job.kind,
        "state": str(job.state),
        "name": job.name,
        "tags": job.tags,
        "created_at": rfc3339(job.created_at),
        "started_at": rfc3339(job.started_at),
        "finished_at": rfc3339(job.finished_at),
        "attempt": job.attempt,
        "seq": job.seq,
        "progress": job.progress,
        "waiting_for": _waiting_for(job, record),
        "expected_wait_s": None if brief else _expected_wait_s(job, record),
        "expected_run_s": None if brief else _expected_run_s(job, kind),
        "error": job.error,
        "reused_from": job.reused_from,
        "request": job.request,
        "result": job.result,
        "facts": facts,
        "files": manifest.get("files", []),
        "parents": manifest.get("parents", []),
    }


def in_list(job: Job, record: Jobs) -> dict[str, Any]:
    """As JobInList describes it."""
    return job_view(job, record, brief=True) | {"place": place_of(job.created_at, job.id)}


def _waiting_for(job: Job, record: Jobs | None) -> str | None:
    if job.state is not State.QUEUED or record is None:
        return job.waiting_for
    ahead, place = record.outlook.turns_before(job), f"a place on {job.target}" if job.target else "a free worker"
    if ahead is None:
        return f"{place}; more than {COUNTED} queued before it"
    return f"{place}; {ahead} queued before it" if ahead else place


def _expected_wait_s(job: Job, record: Jobs | None) -> float | None:
    if job.state is not State.QUEUED or record is None:
        return None
    seconds = record.outlook.expected_wait_s(job)
    return None if seconds is None else round(seconds, 1)


def _expected_run_s(job: Job, kind: Kind | None) -> dict[str, float] | None:
    span = kind.takes(job.request) if kind is not None and not job.state.ended else None
    return span.to_json() if span else None


def rfc3339(seconds: float | None) -> str | None:
    """UTC, to the millisecond."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
