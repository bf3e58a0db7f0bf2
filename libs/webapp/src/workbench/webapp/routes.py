"""The routes that every resource with jobs has: list, read, follow, log, cancel, delete, files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import marshmallow as ma
from flask import Response
from marshmallow.validate import OneOf, Range
from workbench.fields import Text
from workbench.jobs import Job, State, StillRunning
from workbench.jobs.record import labels
from workbench.problems.common import NotFound, StillInUse
from workbench.store import Manifest
from workbench.targets.placement import Placement
from workbench.webapp.connection import nobody_waits
from workbench.webapp.documents import Blueprint
from workbench.webapp.files import FileQuery, send_file
from workbench.webapp.lists import Labels, ListQuery, page_or_refusal, serve_deletions
from workbench.webapp.ports import identity, ports, turn
from workbench.webapp.views import JobView, in_list, job_of, job_view, page_of


class JobQuery(ListQuery):
    """Which jobs."""

    state = Text(
        load_default=None,
        validate=OneOf([*map(str, State), "active", "ended"]),
        metadata={"description": "`active`: queued or running; `ended`: neither."},
    )


class WaitQuery(ma.Schema):
    """How long to wait for news."""

    wait_s = ma.fields.Float(load_default=0.0, validate=Range(0, 60), metadata={"description": "Seconds to wait."})
    after = ma.fields.Integer(
        load_default=0,
        validate=Range(-(2**63), 2**63 - 1),
        metadata={"description": "Answer once `seq` is above this."},
    )


class LogQuery(ma.Schema):
    """From where to read the log."""

    offset = ma.fields.Integer(
        load_default=0,
        validate=Range(-(2**31), 2**63 - 1),
        metadata={"description": "In characters; below 0 so many before its end."},
    )


class LogView(ma.Schema):
    """A part of the log."""

    text = ma.fields.String()
    next_offset = ma.fields.Integer(metadata={"description": "Pass it as `offset` for what comes next."})
    complete = ma.fields.Boolean(metadata={"description": "Whether nothing more will come."})


def serve_submission(
    blueprint: Blueprint,
    kind: str,
    request_schema: type[ma.Schema],
    place: Callable[[Placement, dict[str, Any]], dict[str, Any]] | None = None,
) -> None:
    """POST: a JSON body that fits the schema becomes a job. ``place``: the method of Placement that settles where."""

    @blueprint.post("")
    @blueprint.arguments(request_schema)
    @blueprint.response(202, JobView)
    def submit(body: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """Accept a job; an `Idempotency-Key` header makes a repeat answer with the same job."""
        placed = place(ports().placement, body) if place else body
        return accepted(blueprint, ports().submit(kind, placed))


def nothing_more(_job: Job) -> dict[str, Any]:
    """What most views have beside JobView's members."""
    return {}


def accepted(
    blueprint: Blueprint, job: Job, more: Callable[[Job], dict[str, Any]] = nothing_more
) -> tuple[dict[str, Any], dict[str, str]]:
    """The body and headers of a 202."""
    view = job_view(job, ports().jobs, ports().kinds[job.kind]) | more(job)
    return view, {"Location": f"{blueprint.url_prefix}/{job.id}"}


def _everything(_job: Job) -> bool:
    return True


def _nowhere() -> str | None:
    return None


def _nothing_else(_job: Job) -> None:
    return


@dataclass(frozen=True)
class Resource:
    """One kind of job as a resource.

    belongs: whether a job is below the path that was asked for; below: the id in that path, which such jobs name;
    more: members its view has beside JobView's;
    forget: lets go of what is kept about the job elsewhere, when it is deleted; safe to repeat.
    """

    kind: str
    belongs: Callable[[Job], bool] = _everything
    below: Callable[[], str | None] = _nowhere
    more: Callable[[Job], dict[str, Any]] = nothing_more
    forget: Callable[[Job], None] = _nothing_else

    def get(self, job_id: str) -> Job:
        """The asking team's job of this kind and path. Raises NotFound."""
        job = ports().jobs.get(self.kind, identity().team, job_id)
        if not self.belongs(job):
            raise NotFound(self.kind, job_id)
        return job

    def view(self, job: Job) -> dict[str, Any]:
        """As JobView."""
        return job_view(job, ports().jobs, ports().kinds[job.kind]) | self.more(job)

    def remove(self, job: Job) -> None:
        """Delete an ended job and what it made. Raises StillRunning, and StillInUse where something needs that."""
        if not job.state.ended:
            raise StillRunning(job.id, job.state)
        # A reused result belongs to the job that made it.
        made = job.result["id"] if job.result and job.state is State.SUCCEEDED and not job.reused_from else None
        holders = ports().manifests().bury(made) if made else []
        if holders:
            raise StillInUse(self.kind, job.id, holders)
        self.forget(job)
        ports().jobs.delete(self.kind, job.team, job.id)
        ports().room.tell(job.team)


def serve_jobs(blueprint: Blueprint, resource: Resource, facts: type[ma.Schema]) -> None:
    """Everything else a resource that is a job answers to; ``facts`` describes those of what it makes."""
    _serve_reading(blueprint, resource, facts)
    _serve_log_and_files(blueprint, resource)
    _serve_changing(blueprint, resource, facts)


def waited_for(job: Job, after: int, wait_s: float) -> Job:
    """The job once it has news, as far as its team may wait for them."""
    if job.seq > after or job.state.ended or wait_s <= 0 or not turn().wait():
        return job
    try:
        return ports().jobs.wait(job.kind, job.team, job.id, after, wait_s, nobody_waits())
    finally:
        turn().work()


def _serve_reading(blueprint: Blueprint, resource: Resource, facts: type[ma.Schema]) -> None:
    @blueprint.get("")
    @blueprint.arguments(JobQuery, location="query")
    @blueprint.response(200, page_of(facts))
    def list_them(query: dict[str, Any]) -> dict[str, Any]:
        """The team's own: the newest first, if nothing else is asked."""
        asked = {**query, "of": query["of"] or resource.below()}
        page = page_or_refusal(partial(ports().jobs.list, resource.kind, identity().team), asked)
        return {
            "items": [in_list(job, ports().jobs) for job in page.items if resource.belongs(job)],
            "next_cursor": page.cursor,
        }

    @blueprint.get("/<job_id>")
    @blueprint.arguments(WaitQuery, location="query")
    @blueprint.response(200, job_of(facts))
    def read(query: dict[str, Any], job_id: str) -> dict[str, Any]:
        """One job; with `wait_s` the answer comes when something has changed, or sooner: at once where the team waits
        often already, and when the server is about to stop."""
        job = resource.get(job_id)
        return resource.view(waited_for(job, query["after"], query["wait_s"]))

    @blueprint.get("/<job_id>/events")
    @blueprint.response(200, content_type="text/event-stream", description="Server-sent events; data is a JobView.")
    @blueprint.alt_response(429, description="The team has too many streams open.")
    def events(job_id: str) -> Response:
        """Each change of the job as it happens, until it ends; `Last-Event-ID` goes on from there."""
        return ports().streams.answer(resource.get(job_id), resource.view, turn())


def _serve_log_and_files(blueprint: Blueprint, resource: Resource) -> None:
    @blueprint.get("/<job_id>/log")
    @blueprint.arguments(LogQuery, location="query")
    @blueprint.response(200, LogView)
    def read_log(query: dict[str, Any], job_id: str) -> dict[str, Any]:
        """The log as it grows."""
        job = resource.get(job_id)
        text, next_offset = ports().jobs.log(job, query["offset"])
        return {"text": text, "next_offset": next_offset, "complete": job.state.ended}

    @blueprint.get("/<job_id>/files/<path:name>")
    @blueprint.arguments(FileQuery, location="query")
    @blueprint.response(200, content_type="application/octet-stream")
    @blueprint.alt_response(307, description="With `link`: where the bytes are.")
    def download(query: dict[str, Any], job_id: str, name: str) -> Response:
        """One file of the result. Range and If-Range are honoured; the ETag is the SHA-256."""
        job = resource.get(job_id)
        if job.manifest is None or job.state is not State.SUCCEEDED:
            raise NotFound("file", name)
        file = Manifest.parse(job.manifest).file(name)
        return send_file(ports().store, identity().team, file, link=query["link"])


def _serve_changing(blueprint: Blueprint, resource: Resource, facts: type[ma.Schema]) -> None:
    @blueprint.post("/<job_id>/cancel")
    @blueprint.response(200, job_of(facts))
    def cancel(job_id: str) -> dict[str, Any]:
        """Ask for the job to end; it really stops and frees its device. A repeat answers alike; 409 when it has ended
        otherwise."""
        identity().require("member")
        job = resource.get(job_id)
        if job.state is State.CANCELLED:
            return resource.view(job)
        return resource.view(ports().jobs.cancel(resource.kind, identity().team, job_id))

    @blueprint.patch("/<job_id>")
    @blueprint.arguments(Labels)
    @blueprint.response(200, job_of(facts))
    def relabel(body: dict[str, Any], job_id: str) -> dict[str, Any]:
        """Give it another name, or other tags; nothing else of a job changes by a request."""
        identity().require("member")
        return resource.view(labels.relabel(ports().jobs, resource.get(job_id), **body))

    serve_deletions(blueprint, lambda job_id: resource.remove(resource.get(job_id)))

    @blueprint.delete("/<job_id>")
    @blueprint.response(204)
    def delete(job_id: str) -> None:
        """Delete an ended job and what it made, unless something still needs that."""
        identity().require("member")
        resource.remove(resource.get(job_id))
