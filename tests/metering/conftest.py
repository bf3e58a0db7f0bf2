"""Two processes of the registry's API over one store, with a team that may store little and one that may store more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from servers import seaweedfs
from servers.services import Service
from workbench.jobs.record.engine import sqlite_engine
from workbench.jobs.record.storage import Storage
from workbench.store import FileStore, Store
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.teams import write_team

MIB = 1 << 20
LIMIT = 20 * MIB


@dataclass
class Apis:
    """``home`` and ``store`` are what both share."""

    home: Path
    store: Store
    servers: list[Service] = field(default_factory=list)

    def client(self, number: int = 0, team: str = "red") -> httpx.Client:
        url = f"http://127.0.0.1:{self.servers[number].port}"
        return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {team}"}, timeout=60)

    def storage(self) -> Storage:
        engine = sqlite_engine(self.home / "rows" / "model-registry.sqlite")
        return Storage(engine, self.store, "model-registry")

    def counted(self, team: str = "red") -> int:
        return self.storage().used(team)

    def stored(self, team: str = "red") -> int:
        return sum(info.size_bytes for info in self.store.list(f"teams/{team}/uploads/"))


@pytest.fixture(scope="module")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[seaweedfs.SeaweedFS]:
    if reason := seaweedfs.available():
        pytest.skip(reason)
    server = seaweedfs.SeaweedFS(tmp_path_factory.mktemp("s3"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["files", "s3"])
def apis(serving: None, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Apis]:
    home = tmp_path / "home"
    environment: dict[str, Any] = {"WORKBENCH_HOME": str(home)}
    store: Store = FileStore(home / "store")
    if request.param == "s3":
        server = request.getfixturevalue("seaweed")
        environment |= server.settings
        store = server.store()
        for info in list(store.list("")):
            store.delete(info.key)
    for team, limit in (("red", LIMIT), ("blue", 200 * MIB)):
        write_team(store, team, limit)
        write_token(store, team, Identity(team, "member"), "test")
    made = Apis(home, store)
    made.servers = [Service(tmp_path / f"api-{n}", "workbench.model_registry", "api", environment) for n in range(2)]
    for each in made.servers:
        each.start()
    yield made
    for each in made.servers:
        each.stop()
