"""A store on a directory, for tests of the lib alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from workbench.store import FileStore


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(root: Path) -> FileStore:
    return FileStore(root)
