"""The Flask factory: one small app per service, all alike in how they answer and ask for a token."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import structlog
from flask import Flask, Response, g, request
from flask_smorest import Blueprint
from workbench.jobs import Jobs, Kind
from workbench.webapp.errors import ProblemApi
from workbench.webapp.identity import Tokens, refuse_foreign_pages
from workbench.webapp.part_uploads import SIGNED_ENDPOINT
from workbench.webapp.ports import Ports
from workbench.webapp.settings import Settings
from workbench.webapp.uploads import StreamingRequest

log = structlog.get_logger()


class App(Flask):
    """Flask with requests whose uploads never live in memory."""

    request_class = StreamingRequest


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
        MAX_CONTENT_LENGTH=settings.upload_limit_mib << 20,
        MAX_FORM_MEMORY_SIZE=1 << 20,
        PROPAGATE_EXCEPTIONS=False,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # flask's default provider has it; the base class does not
    app.extensions["workbench"] = Ports(record, record.store, {kind.name: kind for kind in kinds})
    _guard(app, Tokens(record.store), settings.allowed_hosts)
    app.get("/healthz")(lambda: {"status": "ok", "service": service})
    api = ProblemApi(app)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    return app


def _guard(app: Flask, tokens: Tokens, hosts: Sequence[str]) -> None:
    @app.before_request
    def identify() -> None:
        g.started = time.monotonic()
        g.request_id = request.headers.get("X-Request-Id", "")[:64] or uuid.uuid4().hex
        if request.path == "/healthz":  # probes ask by address and know no token
            return
        refuse_foreign_pages(request, hosts)
        if not (request.endpoint or "").endswith(f".{SIGNED_ENDPOINT}"):
            g.identity = tokens.identify(request)
            g.identity.require_for(request.method)

    @app.after_request
    def say(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        response.headers.setdefault("Cache-Control", "no-store")
        took_ms = round((time.monotonic() - g.get("started", time.monotonic())) * 1000, 1)
        facts: dict[str, Any] = {"method": request.method, "path": request.path, "status": response.status_code}
        log.debug("request", took_ms=took_ms, request_id=g.get("request_id"), **facts)
        return response
