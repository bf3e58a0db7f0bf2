"""`/healthz`: the process lives. `/readyz`: send it requests. `/metrics`, for probes alone: what it counts.

Readiness asks for what this replica has and others may not have: whether it is stopping, its listener, its threads,
its disk. A server that all share takes no replica out: nobody would be left to say that it is away.
None of the three asks for a token, so none of them names a team; they are for probes inside the cluster.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Flask, Response, request
from prometheus_client import CONTENT_TYPE_LATEST
from werkzeug.serving import WSGIRequestHandler, make_server
from workbench.jobs import Jobs
from workbench.webapp.confinement import Told
from workbench.webapp.errors import answer, answer_with_problems
from workbench.webapp.metrics import exposition
from workbench.webapp.problems import NotReady
from workbench.webapp.process import PROCESS, Process
from workbench.webapp.shared_servers import SharedServers

PATHS = frozenset({"/healthz", "/readyz"})


def health_of(
    records: Sequence[Jobs], process: Process = PROCESS, name: str = "health", confinement: Told | None = None
) -> Blueprint:
    """The two routes for the services of this process. ``confinement``: of the cores that it starts, if any."""
    health = Blueprint(name, __name__)
    servers = SharedServers(records)

    @health.get("/healthz")
    def healthz() -> dict[str, Any]:
        """Nothing but this process is looked at: restarting it would not bring a database back."""
        return {"status": "ok", "services": [record.service for record in records]}

    @health.get("/readyz")
    def readyz() -> Any:
        """200, or a problem that names what is wrong here; `?verbose` says of the shared servers, too, how they are."""
        ailments, told = dict(process.ailments()), confinement() if confinement else None
        if told and told["asked"] == "require" and not told["complete"]:
            ailments["sandbox"] = "; ".join(told["missing"])
        if ailments:
            return answer(NotReady(ailments))
        ready: dict[str, Any] = {"status": "ready"} | ({"sandbox": told} if told else {})
        return ready | ({"servers": servers.ask()} if "verbose" in request.args else {})

    return health


def listen_for_probes(records: Sequence[Jobs], listening: socket.socket, confinement: Told | None = None) -> None:
    """All three routes, on a thread and a port of their own."""
    app = Flask("workbench.probes")
    answer_with_problems(app)
    app.register_blueprint(health_of(records, name="probes", confinement=confinement))
    servers = SharedServers(records)

    @app.get("/metrics")
    def metrics() -> Response:
        """For Prometheus."""
        return Response(exposition(records, servers), content_type=CONTENT_TYPE_LATEST)

    listening.listen(128)
    host, port = listening.getsockname()[:2]
    server = make_server(host, port, app, threaded=True, request_handler=_Probe, fd=listening.fileno())
    server.daemon_threads = True  # type: ignore[attr-defined]  # a mixin's
    threading.Thread(target=server.serve_forever, name="probes", daemon=True).start()


class _Probe(WSGIRequestHandler):
    """A probe says what it wants at once, and is no news for the log."""

    timeout = 5

    def log_request(self, *_arguments: Any) -> None:
        """Nothing."""
