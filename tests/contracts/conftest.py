"""One suite per port, run on every adapter there is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from workbench.jobs import Adapters, embedded


@pytest.fixture
def adapters(tmp_path: Path) -> Iterator[Adapters]:
    """The embedded adapters in a home of their own."""
    made = embedded(tmp_path / "home")
    yield made
    for service in ("here", "there"):
        made.record(service).engine.dispose()
