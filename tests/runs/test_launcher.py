"""What the cluster's launcher makes of its runs' rows, beside a cluster that says what a test tells it to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from api_server import ApiServer, serving
from servers.postgres import Postgres
from servers.seaweedfs import SeaweedFS
from workbench.jobs import Desk, Runs, postgres_engine
from workbench.jobs.pods.desk import Caller
from workbench.runner import Launch, Limits
from workbench.runner.kubernetes import launcher as module
from workbench.runner.kubernetes.api import Cluster
from workbench.runner.kubernetes.launcher import KubernetesLauncher
from workbench.runner.pools import pools_of

from runs.service import POOLS, DeskService

LAUNCH = Launch("nothing", {}, {}, Limits(memory_bytes=1 << 30, cpu_s=60, file_bytes=1 << 20, wall_s=60))


@pytest.fixture
def service(tmp_path: Path, postgres: Postgres, seaweedfs: SeaweedFS) -> Iterator[DeskService]:
    engine = postgres_engine(postgres.fresh(), "contract")
    made = DeskService(tmp_path, engine, seaweedfs)
    yield made
    made.close()
    engine.dispose()


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with serving() as server:
        yield server


@pytest.fixture
def launcher(
    service: DeskService, server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[KubernetesLauncher]:
    monkeypatch.setenv("KUBECONFIG", str(server.kubeconfig(tmp_path / "kubeconfig")))
    made = KubernetesLauncher(Cluster("runs"), pools_of(POOLS), Runs(service.record), "contract", service.url)
    yield made
    made.close()


def test_a_refusal_is_known_at_once(launcher: KubernetesLauncher, service: DeskService, tmp_path: Path) -> None:
    folder = tmp_path / "work" / service.job().id

    launcher.start(folder, replace(LAUNCH, target="moon"))

    assert launcher.check(folder).exit.reason == "refused"


def test_what_the_cluster_refuses_is_known_at_once(
    launcher: KubernetesLauncher, server: ApiServer, service: DeskService, tmp_path: Path
) -> None:
    folder = tmp_path / "work" / service.job().id
    server.failing = [("create", 422)]

    launcher.start(folder, LAUNCH)

    exit_ = launcher.check(folder).exit
    assert (exit_.reason, "as asked" in exit_.detail) == ("refused", True)


def test_the_last_word_of_a_pod_counts_though_the_cluster_goes_on_calling_it_alive(
    launcher: KubernetesLauncher, service: DeskService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KNOWN_S", 0.0)
    job = service.job()
    folder = tmp_path / "work" / job.id
    launcher.start(folder, LAUNCH)
    before = launcher.check(folder)
    pod = Caller(Runs(service.record).current(job.id).token, "pod-1")
    desk = Desk(service.record, service.store)
    desk.begin(pod)

    desk.end(pod, {"reason": "finished", "code": 0}, [])

    assert before.state == "waiting"
    assert launcher.check(folder).exit.reason == "finished"
