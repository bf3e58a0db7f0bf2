"""`/internal/run…`: what the pod of a run asks its own service, with the run's token and nothing else.

Not part of the public API: no Ingress routes it, no OpenAPI names it. No team's token opens it, and a run's token
opens nothing else. It may have a port of its own, so that a network can keep runs from all else.
"""

from __future__ import annotations

from typing import Any, get_args

import marshmallow as ma
from flask import Blueprint, Request, request
from marshmallow.validate import Length, OneOf, Range
from workbench.fields import Said, Text
from workbench.jobs import Desk
from workbench.jobs.pods.desk import Caller, Report
from workbench.problems.common import HttpProblem, Unauthorized
from workbench.runner.agent.protocol import POD_HEADER
from workbench.runner.values import ExitReason
from workbench.store import MAX_PARTS, Part
from workbench.webapp.validate import validator

INTERNAL = "/internal/"
LARGEST_PART = 64 << 20
LARGEST_LOG = 1 << 20


class _Progress(ma.Schema):
    stage = Said(required=True, validate=Length(max=10_000))
    fraction = ma.fields.Float(required=True, validate=Range(0, 1))
    message = Said(required=True, validate=Length(max=10_000))


class _Report(ma.Schema):
    progress = ma.fields.Nested(_Progress, load_default=None, allow_none=True)
    log = Said(load_default="", validate=Length(max=LARGEST_LOG))
    log_bytes = ma.fields.Integer(strict=True, required=True, validate=Range(0, 1 << 40))
    next_bytes = ma.fields.Integer(strict=True, required=True, validate=Range(0, 1 << 40))


class _NewPart(ma.Schema):
    number = ma.fields.Integer(strict=True, required=True, validate=Range(1, MAX_PARTS))
    size_bytes = ma.fields.Integer(strict=True, required=True, validate=Range(1, LARGEST_PART))


class _Part(_NewPart):
    md5 = Text(required=True, validate=Length(equal=32))


class _Exit(ma.Schema):
    reason = Text(required=True, validate=OneOf(get_args(ExitReason)))
    code = ma.fields.Integer(strict=True, load_default=None, allow_none=True, validate=Range(-(2**31), 2**31 - 1))
    detail = Said(load_default="", validate=Length(max=10_000))


class _End(ma.Schema):
    exit = ma.fields.Nested(_Exit, required=True)
    parts = ma.fields.List(ma.fields.Nested(_Part), load_default=list, validate=Length(max=MAX_PARTS))


def pod_runs(desk: Desk) -> Blueprint:
    """The routes of pods; what they leave goes to the store by signed URLs."""
    runs = runs_of(desk, "runs", f"{INTERNAL}run")

    @runs.post("/parts")
    def part() -> dict[str, Any]:
        return {"url": desk.part_url(caller(), **read_body(_NewPart))}

    return runs


def runs_of(desk: Desk, name: str, url_prefix: str) -> Blueprint:
    """The routes that whoever carries out a run of one service needs, wherever that is."""
    runs = Blueprint(name, __name__, url_prefix=url_prefix)

    @runs.post("")
    def begin() -> dict[str, Any]:
        """What to do; inputs have URLs that hold for an hour, and asking again gives new ones."""
        return desk.begin(caller())

    @runs.post("/reports")
    def report() -> dict[str, Any]:
        return desk.report(caller(), Report(**read_body(_Report)))

    @runs.post("/end")
    def end() -> dict[str, Any]:
        who, body = caller(), read_body(_End)
        desk.end(who, body["exit"], [Part(**each) for each in body["parts"]])
        return {}

    return runs


def refuse_beside_runs(request: Request, port: int) -> None:
    """On the runs' own port nothing else is served, whatever the request says of itself. Raises HttpProblem.

    ``port``: 0 where there is none. What the socket is bound to counts, not the Host header.
    """
    if port and request.environ["SERVER_PORT"] == str(port) and not request.path.startswith(INTERNAL):
        raise HttpProblem(404, "This port answers runs alone.")


def caller() -> Caller:
    """Who asks: with a run's token. Raises Unauthorized."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or "." not in token:
        raise Unauthorized
    return Caller(token.strip(), request.headers.get(POD_HEADER, ""))


def read_body(schema: type[ma.Schema]) -> dict[str, Any]:
    """Raises InvalidRequest."""
    return validator(schema)(request.get_json(silent=True) or {})
