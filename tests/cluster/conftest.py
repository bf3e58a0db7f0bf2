"""A cluster with the chart installed over real servers, once for all tests here; `make test-cluster` runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cluster.installation import Installation, Release
from cluster.lab import binaries, images
from cluster.lab.cluster import Cluster
from cluster.lab.node import KERNEL

COMMAND = Path(sys.executable).with_name("workbench")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """They take minutes, and need what a laptop lacks: not without being asked for."""
    if os.environ.get("WORKBENCH_TEST_CLUSTER") == "1":
        return
    here = f"{Path(__file__).parent}{os.sep}"
    config.hook.pytest_deselected(items=[item for item in items if str(item.path).startswith(here)])
    items[:] = [item for item in items if not str(item.path).startswith(here)]


@pytest.fixture(scope="session")
def kernel() -> Callable[[], dict[str, str]]:
    """The settings that a kubelet likes to change, each by its name."""
    return lambda: {name: Path("/proc/sys", name).read_text().strip() for name in KERNEL}


@pytest.fixture(scope="session")
def kernel_before(kernel: Callable[[], dict[str, str]]) -> dict[str, str]:
    """What they were before there was a cluster."""
    return kernel()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory, kernel_before: dict[str, str]) -> Iterator[Cluster]:
    """Two nodes with the project's images."""
    if reason := binaries.available():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    made = Cluster(tmp_path_factory.mktemp("cluster"), nodes=2)
    try:
        made.up(images.build())
        yield made
    finally:
        made.down()


@pytest.fixture(scope="session")
def release(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Release]:
    """The chart, installed and ready, and the servers it needs."""
    with Installation(cluster, tmp_path_factory.mktemp("servers")) as installation:
        yield installation.install("workbench")


@pytest.fixture
def workbench(release: Release) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The command line of somebody outside the cluster: a token, then its arguments."""

    def run(token: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "WORKBENCH_SERVER": release.url, "WORKBENCH_TOKEN": token}
        return subprocess.run(
            [COMMAND, *map(str, arguments)],
            env=environment,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=600,
            check=False,
        )

    return run
