"""The launchers' contract, kept by pods of a real cluster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from contracts.test_launcher import *  # noqa: F403 - every test of the suite
from contracts.test_launcher import Place
from runs.service import POOLS, DeskService
from workbench.jobs import Runs
from workbench.jobs.engine import sqlite_engine
from workbench.runner import Launch, Launcher
from workbench.runner.kubernetes.api import Cluster as Api
from workbench.runner.kubernetes.launcher import KubernetesLauncher
from workbench.runner.pools import pools_of

from cluster.installation import SeaweedFSOnBridge
from cluster.lab import images, network
from cluster.lab.cluster import Cluster

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@dataclass
class Pods(Place):
    """See Place: each run is a pod, and its job's record has what it says."""

    service: DeskService | None = None
    cluster: Cluster | None = None

    def folder(self) -> Path:
        path = self.work / self.service.job().id
        self.runs.append(path)
        return path

    def bring(self, launch: Launch, folder: Path, **inputs: str) -> Launch:
        return replace(launch, inputs={name: self.service.blob(text.encode()) for name, text in inputs.items()})

    def stage(self, folder: Path) -> str | None:
        progress = self.service.record.find(folder.name).progress
        return progress["stage"] if progress else None

    def begins(self, folder: Path) -> int:
        return len(self.cluster.get("pods", "-l", f"workbench/job={folder.name}")["items"])


@pytest.fixture(scope="module")
def seaweedfs_on_bridge(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedFSOnBridge]:
    server = SeaweedFSOnBridge(tmp_path_factory.mktemp("seaweedfs"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def service(
    cluster: Cluster, seaweedfs_on_bridge: SeaweedFSOnBridge, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DeskService]:
    for archive in images.with_test_cores().values():
        for node in cluster.nodes:
            node.import_image(archive)
    folder = tmp_path_factory.mktemp("desk")
    engine = sqlite_engine(folder / "rows.sqlite")
    made = DeskService(folder, engine, seaweedfs_on_bridge, network.HOST)
    yield made
    made.close()
    engine.dispose()


@pytest.fixture
def place(
    cluster: Cluster, service: DeskService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig))
    api, pools, made = Api("default"), pools_of(POOLS), []

    def again() -> Launcher:
        made.append(KubernetesLauncher(api, pools, Runs(service.record), "contract", service.url))
        return made[-1]

    pods = Pods(again, tmp_path / "work", Path("/tmp/journal"), service=service, cluster=cluster)
    yield pods
    for folder in pods.runs:
        made[0].stop(folder)
    for launcher in made:
        launcher.close()
