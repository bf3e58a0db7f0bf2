"""A service whose runs live elsewhere, with its real API at an address that pods reach."""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path
from typing import Any

from flask_smorest import Blueprint
from servers.seaweedfs import SeaweedFS
from sqlalchemy import Engine
from werkzeug.serving import make_server
from workbench.jobs import Job, Jobs, Kind, claim
from workbench.jobs.migrate import migrate
from workbench.messages import InProcessMessages
from workbench.runner import Launch
from workbench.store import Keys
from workbench.webapp import app
from workbench.webapp.settings import load

TEAM = "vision"
KIND = Kind("deed", plan=lambda _job, _manifests: None)
POOLS: dict[str, Any] = {
    "namespace": "contract-runs",
    "release": "contract",
    "image": "docker.io/workbench/runner-tests:lab",
    "pullPolicy": "Never",
    "scratch": "1Gi",
    "host": {"cpu": "50m", "memory": "1Gi", "requestedMemory": "64Mi"},
    "deviceTypes": {"cpu": {"device": "CPU", "cpu": 1, "memory": "512Mi"}},
}


class DeskService:
    """``host``: the address it listens on."""

    def __init__(self, folder: Path, engine: Engine, seaweedfs: SeaweedFS, host: str = "127.0.0.1") -> None:
        migrate(engine)
        pools = folder / "pools.json"
        pools.write_text(json.dumps(POOLS))
        self.settings = load(
            {
                "WORKBENCH_HOME": str(folder),
                "WORKBENCH_LAUNCHER": "kubernetes",
                "WORKBENCH_ALLOWED_HOSTS": "nobody.example.com",
                "WORKBENCH_POOLS_FILE": str(pools),
                "WORKBENCH_RUNS_URL": f"http://{host}:80",
                **seaweedfs.settings,
            }
        )
        self.store = seaweedfs.store()
        self.record = Jobs(engine, InProcessMessages(), self.store, "contract")
        deeds = Blueprint("deeds", __name__, url_prefix="/v1/deeds")
        self._flask = app.create_app("contract", self.settings, self.record, [KIND], [deeds])
        self._host, self._port = host, 0
        self.open()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{self._host}:{self._port}"

    def open(self) -> None:
        """Answer; at the same address as before."""
        self._server = make_server(self._host, self._port, self._flask, threaded=True)
        self._port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Nobody answers any more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def job(self) -> Job:
        """A new job, claimed."""
        submitted = self.record.submit(KIND, TEAM, {})
        claimed = claim(self.record, [KIND.name], "test", 3600)
        assert claimed is not None
        assert claimed.id == submitted.id
        return claimed

    def blob(self, content: bytes) -> str:
        """Kept; its digest."""
        digest = hashlib.sha256(content).hexdigest()
        self.store.put(Keys(TEAM).blob(digest), content)
        return digest

    def log(self, job: Job) -> str:
        """What is kept of it."""
        return self.record.log(job, 0)[0]


def with_inputs(launch: Launch, inputs: dict[str, str]) -> Launch:
    """The launch with these inputs."""
    return Launch(launch.core, launch.spec, inputs, launch.limits, launch.device, launch.exclusive, launch.target)
