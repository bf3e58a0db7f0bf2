"""The Flask factory: one small app per service, all alike in how they answer and ask for a token."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterable
from dataclasses import replace

import structlog
from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars
from workbench.jobs import Desk, Jobs, Kind
from workbench.jobs.record.following import Following
from workbench.runner.agent.protocol import SERVICES
from workbench.targets.machines import Machines
from workbench.webapp import health
from workbench.webapp.connect import store_of
from workbench.webapp.connection import CONNECTION
from workbench.webapp.devices import Devices
from workbench.webapp.documents import Blueprint, Documents
from workbench.webapp.errors import ProblemApi
from workbench.webapp.identity import Tokens, refuse_foreign_pages
from workbench.webapp.machine_runs import MACHINES, OF_MACHINES, machine_runs
from workbench.webapp.metrics import DURATION, REQUESTS
from workbench.webapp.part_uploads import SIGNED_ENDPOINT
from workbench.webapp.ports import Ports, ports
from workbench.webapp.queries import refuse_unread
from workbench.webapp.room import Room
from workbench.webapp.rules import Rule
from workbench.webapp.runs import INTERNAL, pod_runs, refuse_beside_runs
from workbench.webapp.settings import Settings
from workbench.webapp.streams import Streams
from workbench.webapp.turns import TURNS
from workbench.webapp.unchanged import tell_unchanged
from workbench.webapp.uploads import StreamingRequest

log = structlog.get_logger()


# The pages of what is served say that everything asks for a token.
SECURITY = {
    "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    "security": [{"token": []}],
}


class App(Flask):
    """Flask with requests whose uploads never live in memory."""

    request_class = StreamingRequest
    json_provider_class = Documents
    url_rule_class = Rule


def create_app(
    service: str, settings: Settings, record: Jobs, kinds: Iterable[Kind], blueprints: Iterable[Blueprint]
) -> Flask:
    """Wire one service's blueprints to its jobs and store."""
    app = App(f"workbench.{service}")
    blueprints = list(blueprints)
    prefix = blueprints[0].url_prefix
    app.config.update(
        API_TITLE=f"DL Workbench: {service}",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=prefix,
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS=SECURITY,
        MAX_CONTENT_LENGTH=settings.upload_limit_mib << 20,
        MAX_FORM_MEMORY_SIZE=1 << 20,
        PROPAGATE_EXCEPTIONS=False,
        WORKBENCH_HOME=settings.home,
    )
    by_name = {kind.name: kind for kind in kinds}
    room = Room(record, settings.team_storage_bytes)
    streams = Streams(Following(record), service)
    machines = Machines(record.store)
    placement = replace(settings.placement, seen_for=Devices(record).seen_for, machines=machines)
    app.extensions["workbench"] = Ports(record, record.store, by_name, room, streams, placement)
    _guard(app, service, Tokens(record.store), settings)
    app.register_blueprint(health.health_of([record]))
    if settings.launcher == "kubernetes":
        app.register_blueprint(pod_runs(Desk(record, store_of(settings, inside=True))))
    for runs in machine_runs(record, machines) if service in SERVICES else ():
        app.register_blueprint(runs)
    api = ProblemApi(app)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    return app


# Nothing that is served may be run, framed or cached by a browser that was led here.
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


# What a client may call its request: it comes back in a header, and is kept with the job and in every log.
_REQUEST_ID = re.compile(r"[!-~]{1,64}")


def _request_id(asked: str) -> str:
    return asked if _REQUEST_ID.fullmatch(asked) else uuid.uuid4().hex


def _guard(app: Flask, service: str, tokens: Tokens, settings: Settings) -> None:
    @app.before_request
    def identify() -> None:
        g.started = time.monotonic()
        g.request_id = _request_id(request.headers.get("X-Request-Id", ""))
        bind_contextvars(request_id=g.request_id)
        refuse_beside_runs(request, settings.runs_port)
        if request.path in health.PATHS:
            return  # probes ask by address and know no token
        if request.path.startswith(INTERNAL):  # pods have a token of another kind, known when the body is: all are one
            g.turn = TURNS.begin(INTERNAL)
            return
        refuse_foreign_pages(request, settings.allowed_hosts)
        if request.blueprint in OF_MACHINES:  # their tokens are of other kinds, too
            g.turn = TURNS.begin(MACHINES)
            refuse_unread(request, app.view_functions[str(request.endpoint)])
            return
        if not (request.endpoint or "").endswith(f".{SIGNED_ENDPOINT}"):
            g.identity = tokens.identify(request)
            g.turn = TURNS.begin(g.identity.team)
            g.identity.require_for(request.method)
            if request.endpoint is not None:
                refuse_unread(request, app.view_functions[request.endpoint])
            if request.mimetype == "multipart/form-data":  # before it comes in
                ports().room.require(g.identity.team, request.content_length or 0)

    @app.after_request
    def say(response: Response) -> Response:
        tell_unchanged(request, response)
        if "turn" in g and CONNECTION in request.environ:
            response.call_on_close(g.turn.end)  # the answer is written by the thread that made it
        elif "turn" in g:
            g.turn.end()
        response.headers["X-Request-Id"] = g.get("request_id", "")
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if request.path not in health.PATHS:
            count(service, response.status_code)
        return response

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        if "form" in g:
            g.form.close()
        clear_contextvars()


def count(service: str, status: int) -> None:
    """One line and one count for each request; the route's template, since a path may hold anything."""
    route = str(request.url_rule) if request.url_rule else "unknown"
    took_s = time.monotonic() - g.started
    REQUESTS.labels(service, request.method, route, status).inc()
    DURATION.labels(service, route).observe(took_s)
    team = g.identity.team if "identity" in g else None
    took_ms = round(took_s * 1000, 1)
    log.info("request", method=request.method, route=route, status=status, took_ms=took_ms, team=team)
