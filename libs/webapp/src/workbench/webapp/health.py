"""`/healthz`: the process lives. `/readyz`: what it relies on answers. `/metrics`: what it counts.

None of them asks for a token, so none of them names a team; they are for probes inside the cluster.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Flask, Response
from prometheus_client import CONTENT_TYPE_LATEST
from werkzeug.serving import make_server
from workbench.jobs import DatabaseAway, Jobs
from workbench.jobs.census import answers
from workbench.store import StoreAway
from workbench.webapp.errors import answer
from workbench.webapp.metrics import exposition
from workbench.webapp.problems import NotReady

PATHS = frozenset({"/healthz", "/readyz", "/metrics"})


def missing(records: Sequence[Jobs]) -> dict[str, str]:
    """What does not answer now, and why. Bounded by the adapters' own time limits."""
    found = {}
    for record in records:
        try:
            answers(record)
        except DatabaseAway as away:
            found[f"database of {record.service}"] = str(away.__cause__ or away.detail).splitlines()[0][:200]
    try:
        records[0].store.exists("identity/anything")
    except StoreAway as away:
        found["object store"] = str(away)[:200]
    if not records[0].messages.connected():
        found["message broker"] = "not connected; jobs are accepted and done, but news travels slowly"
    return found


def health_of(records: Sequence[Jobs]) -> Blueprint:
    """The three routes for the services of this process."""
    health = Blueprint("health", __name__)

    @health.get("/healthz")
    def healthz() -> dict[str, Any]:
        """Nothing but this process is looked at: restarting it would not bring a database back."""
        return {"status": "ok", "services": [record.service for record in records]}

    @health.get("/readyz")
    def readyz() -> Any:
        """200, or a problem that names what is missing."""
        absent = missing(records)
        return answer(NotReady(absent)) if absent else {"status": "ready"}

    @health.get("/metrics")
    def metrics() -> Response:
        """For Prometheus."""
        return Response(exposition(records), content_type=CONTENT_TYPE_LATEST)

    return health


def listen_for_probes(record: Jobs, host: str, port: int) -> None:
    """The three routes of a worker, on a thread of its own."""
    app = Flask("workbench.worker")
    app.register_blueprint(health_of([record]))
    server = make_server(host, port, app, threaded=True)
    threading.Thread(target=server.serve_forever, name="probes", daemon=True).start()
