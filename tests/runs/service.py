"""A service whose runs live elsewhere, with its real API at an address that pods reach."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from flask_smorest import Blueprint
from servers.seaweedfs import SeaweedFS
from sqlalchemy import Engine
from workbench.jobs import Job, Jobs, Kind, claim
from workbench.jobs.migrate import migrate
from workbench.messages import InProcessMessages
from workbench.runner import Launch
from workbench.store import Keys
from workbench.webapp import app
from workbench.webapp.settings import load

from runs.answering import Answering

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


class DeskService(Answering):
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
        super().__init__(app.create_app("contract", self.settings, self.record, [KIND], [deeds]), host)

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
