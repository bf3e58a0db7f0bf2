"""The console over the embedded workbench's own API, in this process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from console_bench import Bench, have_everything
from fresh import embedded
from workbench.standalone.mount import Front
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import load


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    home: Path = tmp_path_factory.mktemp("console")
    adapters = embedded(home)
    made = Bench(adapters, Front(adapters, load({"WORKBENCH_HOME": str(home)}), "a key of the tests"))
    for team, role in (("empty", "member"), ("hostile", "admin"), ("looking", "viewer")):
        write_token(adapters.store, team, Identity(team, role), team)
    have_everything(made)
    yield made
    adapters.close()
