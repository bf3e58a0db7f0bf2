"""The launchers' contract, kept by pods of a real cluster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from contracts.test_launcher import *  # noqa: F403 - every test of the suite
from contracts.test_launcher import Place, deed, ended, outcome_of, running
from eventually import until
from runs.service import POOLS, DeskService
from workbench.jobs import Runs
from workbench.jobs.record.engine import sqlite_engine
from workbench.runner import Launch, Launcher
from workbench.runner.kubernetes.api import Cluster as Api
from workbench.runner.kubernetes.launcher import KubernetesLauncher
from workbench.runner.pools import pools_of

from cluster.installation import SeaweedFSOnBridge
from cluster.lab import images, network
from cluster.lab.cluster import Cluster

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
NAMESPACE = POOLS["namespace"]


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
        return len(self.cluster.get("pods", "-n", NAMESPACE, "-l", f"workbench/job={folder.name}")["items"])


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
    cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": NAMESPACE, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
        }
    )
    yield made
    cluster.kubectl("delete", "namespace", NAMESPACE)
    made.close()
    engine.dispose()


@pytest.fixture
def place(cluster: Cluster, service: DeskService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig))
    api, pools, made = Api(NAMESPACE), pools_of(POOLS), []

    def again() -> Launcher:
        made.append(KubernetesLauncher(api, pools, Runs(service.record), "contract", service.url))
        return made[-1]

    pods = Pods(again, tmp_path / "work", Path("/tmp/journal"), service=service, cluster=cluster)
    yield pods
    for folder in pods.runs:
        again().stop(folder)
    for launcher in made:
        launcher.close()


def pod_of(cluster: Cluster, folder: Path) -> dict[str, Any]:
    pods = cluster.get("pods", "-n", NAMESPACE, "-l", f"workbench/job={folder.name}")["items"]
    return dict(pods[-1]) if pods else {}


def test_an_image_that_there_is_not_is_named(place: Pods, cluster: Cluster, service: DeskService) -> None:
    pools = pools_of(POOLS | {"image": "docker.io/workbench/nobody:lab"})
    launcher = KubernetesLauncher(Api(NAMESPACE), pools, Runs(service.record), "contract", service.url)
    folder = place.folder()

    launcher.start(folder, deed("say", word="hello"))

    exit_ = ended(launcher, folder, 60).exit
    launcher.close()
    assert exit_.reason == "image_missing"
    assert "docker.io/workbench/nobody:lab" in exit_.detail


def test_a_target_that_is_configured_no_more_is_refused(place: Pods, launcher: Launcher) -> None:
    folder = place.folder()

    launcher.start(folder, replace(deed("say", word="hello"), target="moon"))

    exit_ = ended(launcher, folder).exit
    assert exit_.reason == "refused"
    assert "moon" in exit_.detail


def test_a_drained_run_goes_on_in_another_pod(place: Pods, launcher: Launcher, cluster: Cluster) -> None:
    folder = place.folder()
    launcher.start(folder, deed("sleep", seconds=10))
    until(lambda: running(place, folder))
    node = pod_of(cluster, folder)["spec"]["nodeName"]

    try:
        cluster.kubectl(
            "drain",
            node,
            "--ignore-daemonsets",
            "--delete-emptydir-data",
            "--force",
            "--timeout=90s",
            f"--pod-selector=workbench/job={folder.name}",
        )
        assert ended(launcher, folder, 90).exit.reason == "finished"
    finally:
        cluster.kubectl("uncordon", node)
    assert outcome_of(launcher, folder).result == {}
    assert pod_of(cluster, folder)["spec"]["nodeName"] != node


def test_a_kubernetes_job_that_somebody_deletes_counts_as_killed(
    place: Pods, launcher: Launcher, cluster: Cluster
) -> None:
    folder = place.folder()
    launcher.start(folder, deed("sleep"))
    until(lambda: running(place, folder))

    cluster.kubectl("delete", "job", "-n", NAMESPACE, "-l", f"workbench/job={folder.name}")

    assert ended(launcher, folder, 60).exit.reason == "killed"


def test_a_run_whose_node_is_lost_is_given_up_and_its_pod_can_write_nothing(
    place: Pods, launcher: Launcher, cluster: Cluster, service: DeskService
) -> None:
    folder = place.folder()
    launcher.start(folder, deed("sleep"))
    until(lambda: running(place, folder))
    name = pod_of(cluster, folder)["spec"]["nodeName"]
    (node,) = [each for each in cluster.nodes if each.name == name]
    before = service.record.find(folder.name).progress

    node.cut()
    try:
        exit_ = ended(launcher, folder, 240).exit
        launcher.stop(folder)
    finally:
        node.mend()

    assert exit_.reason == "node_lost"
    assert name in exit_.detail
    cluster.until(lambda: not pod_of(cluster, folder), 120)
    assert service.record.find(folder.name).progress == before
