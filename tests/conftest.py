"""The real servers, started when a test first asks for one and ended with the run; the demo's own inputs."""

from __future__ import annotations

import faulthandler
import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

EXIT_S = 60.0


def pytest_unconfigure() -> None:
    """A thread that a test left behind must not hold the end of the run: say where it is, and fail."""
    faulthandler.dump_traceback_later(EXIT_S, exit=True)


def _needed(module_name: str) -> Any:
    """The module of a server that can be run here: skips where it cannot, fails under CI."""
    module = importlib.import_module(f"servers.{module_name}")
    reason = module.available()
    if reason and os.environ.get("CI") == "true":
        pytest.fail(f"{module_name} is needed under CI: {reason}")
    if reason:
        pytest.skip(reason)
    return module


def _serving(name: str, factory: pytest.TempPathFactory) -> Iterator[Any]:
    module_name, class_name = name.split(":")
    module = _needed(module_name)
    server = getattr(module, class_name)(factory.mktemp(module_name))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def every_server() -> None:
    """For who starts servers of their own: all of them can be run here."""
    for module_name in ("postgres", "rabbitmq", "seaweedfs", "nginx"):
        _needed(module_name)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A PostgreSQL server."""
    yield from _serving("postgres:Postgres", tmp_path_factory)


@pytest.fixture(scope="session")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A RabbitMQ server."""
    yield from _serving("rabbitmq:RabbitMQ", tmp_path_factory)


@pytest.fixture(scope="session")
def seaweedfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """An S3 server that checks signatures."""
    yield from _serving("seaweedfs:SeaweedFS", tmp_path_factory)


@pytest.fixture
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """An SSH server of ours, and an `ssh` that knows of no other."""
    yield from _serving("sshd:Sshd", tmp_path_factory)


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's model and digits, made here."""
    folder = tmp_path_factory.mktemp("inputs")
    subprocess.run([sys.executable, "-m", "workbench.standalone.demo", "--make", folder], check=True, timeout=240)
    return folder
