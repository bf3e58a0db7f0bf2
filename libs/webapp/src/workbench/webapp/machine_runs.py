"""`/v1/<service>-runs…`: what the agent of a registered machine asks this service, with tokens of its own kinds.

A token that opens once is exchanged for the machine's secret; with the secret the agent asks for work, in long polls;
what it is given has a token each, with which it does what a pod does, only that bytes come and go by us: a machine
needs no way to the store. It is no part of the public API, and no team's token opens it.
"""

from __future__ import annotations

import io
from typing import Any

import marshmallow as ma
from flask import Blueprint, Response, request
from marshmallow.validate import Length, Range, Regexp
from workbench.fields import Text
from workbench.jobs import Desk, Jobs
from workbench.jobs.pods.assigning import Assigning
from workbench.problems.common import HttpProblem, Unauthorized
from workbench.runner.agent.protocol import PART_BYTES, WAIT_S, prefix, release
from workbench.store import MAX_PARTS
from workbench.targets.machines import Machine, Machines
from workbench.webapp.connection import nobody_waits
from workbench.webapp.ports import turn
from workbench.webapp.problems import OtherRelease
from workbench.webapp.runs import caller, read_body, runs_of

MACHINES = "machines"  # who has a turn: all of them are one, as nobody knows yet whose a request is
_ASKING, _RUNNING = "machines", "machine-runs"
OF_MACHINES = (_ASKING, _RUNNING)
MOST_HELD = 1000


class _Join(ma.Schema):
    token = Text(required=True, validate=Length(1, 200))
    secret = Text(required=True, validate=Length(32, 200))


class _Ask(ma.Schema):
    held = ma.fields.List(Text(validate=Regexp(r"[0-9a-f]{1,32}\Z")), load_default=list, validate=Length(max=MOST_HELD))
    host = Text(load_default="", validate=Length(max=200))
    release = Text(load_default="", validate=Length(max=50))
    working = Text(load_default=None, allow_none=True, validate=Length(max=200))
    wait_s = ma.fields.Float(load_default=0.0, validate=Range(0, WAIT_S))


def machine_runs(record: Jobs, machines: Machines) -> tuple[Blueprint, Blueprint]:
    """The routes of one service."""
    desk = Desk(record, record.store, signed=False)
    running = runs_of(desk, _RUNNING, f"{prefix(record.service)}/run")
    _serve_bytes(running, desk)
    return _asking(record, machines), running


def _asking(record: Jobs, machines: Machines) -> Blueprint:
    asking = Blueprint(_ASKING, __name__, url_prefix=prefix(record.service))
    assigning = Assigning(record)

    @asking.post("/join")
    def join() -> dict[str, Any]:
        body = read_body(_Join)
        machine = machines.join(body["token"], body["secret"])
        if machine is None:
            raise Unauthorized
        return {"machine": machine.name, "team": machine.team}

    @asking.post("/work")
    def work() -> dict[str, Any]:
        machine = _machine(machines)
        body = read_body(_Ask)
        machines.note(machine, body["host"], body["release"], body["working"])
        if body["release"] != release():
            raise OtherRelease(body["release"], release())
        waits = body["wait_s"] > 0 and turn().wait()
        try:
            wait_s = body["wait_s"] if waits else 0.0
            found = assigning.to(machine.team, machine.name, body["held"], wait_s, nobody_waits())
        finally:
            if waits:
                turn().work()
        return {"take": [{"run": run, "token": token} for run, token in found.take], "drop": list(found.drop)}

    return asking


def _serve_bytes(running: Blueprint, desk: Desk) -> None:
    @running.get("/inputs/<path:name>")
    def read_input(name: str) -> Response:
        return Response(desk.read_input(caller(), name), content_type="application/octet-stream")

    @running.put("/parts/<int:number>")
    def put_part(number: int) -> dict[str, Any]:
        size = request.content_length
        if size is None:
            raise HttpProblem(411, "Content-Length is needed.")
        if not 0 < size <= PART_BYTES or not 1 <= number <= MAX_PARTS:
            raise HttpProblem(413, f"A part has 1 to {PART_BYTES} bytes, and a number from 1 to {MAX_PARTS}.")
        data = request.stream.read()
        if len(data) != size:
            raise HttpProblem(400, f"{size - len(data)} bytes are missing at its end.")
        part = desk.put_part(caller(), number, io.BytesIO(data))
        return {"number": part.number, "size_bytes": part.size_bytes, "md5": part.md5}


def _machine(machines: Machines) -> Machine:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    found = machines.identify(secret.strip()) if scheme.lower() == "bearer" and secret.strip() else None
    if found is None:
        raise Unauthorized
    return found
