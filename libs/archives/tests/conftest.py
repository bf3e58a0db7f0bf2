"""Archives to read."""

from __future__ import annotations

from collections.abc import Callable

import packing
import pytest


@pytest.fixture(scope="session")
def zipped() -> Callable[..., bytes]:
    """``zipped({name: bytes})``."""
    return packing.zipped


@pytest.fixture(scope="session")
def tarred() -> Callable[..., bytes]:
    """``tarred({name: bytes}, "w:gz")``."""
    return packing.tarred
