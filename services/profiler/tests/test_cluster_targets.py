"""Targets of a cluster: announced by whoever places pods, read by every API, and where a profile is to run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from fresh import embedded
from servers.pools import in_cluster
from sqlalchemy import select, update
from workbench.jobs import Adapters, Job, State
from workbench.jobs.record.tables import jobs, outbox
from workbench.messages import Message
from workbench.profiler import kinds
from workbench.profiler.app import create_app
from workbench.profiler.worker import create_worker
from workbench.runner.kubernetes.nodes import targets_of
from workbench.store import FileStore, Manifest, Manifests
from workbench.targets import census
from workbench.webapp.identity import Identity, write_token

CPU = {
    "id": "cpu",
    "name": "cpu",
    "device": "CPU",
    "resource": None,
    "total": 3,
    "free": 1,
    "busy": 1,
    "broken": 1,
    "usable": True,
    "reason": "node c is not ready",
    "cpu": 2,
    "memory": "4Gi",
}
NPU = {
    **CPU,
    "id": "npu",
    "name": "npu",
    "device": "NPU",
    "resource": "npu.intel.com/accel",
    "total": 0,
    "free": 0,
    "busy": 0,
    "broken": 0,
    "usable": False,
    "reason": "no node has npu.intel.com/accel",
}


# What nobody of the team has measured yet.
UNKNOWN = dict.fromkeys(
    ["full_name", "architecture", "type", "driver", "capabilities", "precisions", "int8", "plugin_version"]
)


@pytest.fixture
def adapters(tmp_path: Path) -> Iterator[Adapters]:
    """One team with a model ``m``."""
    made = embedded(tmp_path / "home")
    write_token(made.store, "token", Identity("a", "admin"), "a")
    manifest = Manifest("model", "m", "a", "", (), {"format": "ir", "main_file": "model.xml"})
    Manifests(made.store, "a").write(manifest.text())
    yield made
    made.close()


@pytest.fixture
def client(adapters: Adapters, tmp_path: Path) -> FlaskClient:
    client = create_app(adapters, in_cluster(tmp_path / "home")).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer token"
    return client


def accepted(client: FlaskClient, adapters: Adapters, **fields: Any) -> Job:
    answer = client.post("/v1/profiles", json={"model_id": "m", **fields})
    assert answer.status_code == 202, answer.get_data(as_text=True)
    return adapters.record("profiler").get("profile", "a", answer.get_json()["id"])


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "store")


def test_what_was_announced_is_read_until_it_is_old(store: FileStore) -> None:
    census.announce(store, [CPU, NPU], 1000.0)

    assert census.announced(store, 1000.0) == [CPU, NPU]
    assert census.announced(store, 1120.0) == [CPU, NPU]
    assert census.announced(store, 1120.1) is None


def test_a_reader_whose_clock_is_behind_reads_all_the_same(store: FileStore) -> None:
    census.announce(store, [CPU], 1000.0)

    assert census.announced(store, 990.0) == [CPU]


def test_nothing_was_announced_yet(store: FileStore) -> None:
    assert census.announced(store, 0.0) is None


def test_the_last_announcement_replaces_those_before(store: FileStore) -> None:
    census.announce(store, [CPU, NPU], 1000.0)
    census.announce(store, [], 1001.0)

    assert census.announced(store, 1001.0) == []


def test_a_process_reads_it_every_two_seconds_at_most(store: FileStore) -> None:
    now = [1000.0]
    reader = census.Reader(store, lambda: now[0])
    seen = []
    for at, targets in ((1000.0, [CPU]), (1001.9, [NPU]), (1002.1, [NPU])):
        now[0] = at
        census.announce(store, targets, at)
        seen.append(reader.targets())

    assert seen == [[CPU], [CPU], [NPU]]


def test_a_reader_notices_that_an_announcement_has_become_old(store: FileStore) -> None:
    now = [1000.0]
    reader = census.Reader(store, lambda: now[0])
    census.announce(store, [CPU], 1000.0)
    assert reader.targets() == [CPU]

    now[0] = 1200.0

    assert reader.targets() is None


def test_targets_are_those_that_were_announced_with_every_member(client: FlaskClient, adapters: Adapters) -> None:
    census.announce(adapters.store, [CPU, NPU], time.time())

    cpu, npu = client.get("/v1/targets").get_json()["items"]
    assert cpu == {
        **CPU,
        "kind": "device-type",
        "last_measured": None,
        "devices": [{"name": "CPU", "state": "free", "reason": None, **UNKNOWN}],
    }
    assert npu == {
        **NPU,
        "kind": "device-type",
        "last_measured": None,
        "devices": [{"name": "NPU", "state": "unusable", "reason": NPU["reason"], **UNKNOWN}],
    }
    assert client.get("/v1/targets/npu").get_json() == npu
    assert client.get("/v1/targets/moon").status_code == 404
    assert adapters.record("profiler").list("target", "a", limit=1).items == []


def test_nothing_that_is_known_of_nodes_is_left_out(client: FlaskClient, adapters: Adapters, tmp_path: Path) -> None:
    pools = in_cluster(tmp_path / "home").pools_file
    node = {
        "metadata": {"name": "n", "labels": {"kubernetes.io/arch": "amd64"}},
        "status": {"conditions": [{"type": "Ready", "status": "True"}], "allocatable": {"cpu": "4", "memory": "8Gi"}},
    }
    assert pools is not None
    found = targets_of(pools, [node], [])
    census.announce(adapters.store, found, time.time())

    assert found[0]["usable"]
    assert found[0]["nodes"]
    answered = client.get("/v1/targets").get_json()["items"]
    assert [found[0] | each for each in answered[:1]] == answered[:1]
    assert answered[0]["nodes"][0]["cores"] == 4.0
    assert answered[0]["nodes"][0]["memory_bytes"] == 8 << 30


@pytest.mark.parametrize("age_s", [None, 200.0])
def test_without_news_the_answer_names_the_worker_that_owes_them(
    client: FlaskClient, adapters: Adapters, age_s: float | None
) -> None:
    if age_s is not None:
        census.announce(adapters.store, [CPU], time.time() - age_s)

    answer = client.get("/v1/targets")

    assert answer.status_code == 503
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Retry-After"] == "5"
    assert answer.get_json(force=True)["type"] == "urn:workbench:problem:targets-not-announced"
    assert "look at the profiler's worker" in answer.get_json(force=True)["remedy"]


@pytest.mark.parametrize(
    ("asked", "target", "device"),
    [
        ({}, "cpu", "CPU"),
        ({"target": "npu"}, "npu", "NPU"),
        ({"device": "GPU.0"}, "gpu", "GPU.0"),
        ({"target": "local"}, "cpu", "CPU"),
    ],
)
def test_a_profile_says_where_it_will_run_and_is_launched_there(
    client: FlaskClient, adapters: Adapters, asked: dict[str, Any], target: str, device: str
) -> None:
    job = accepted(client, adapters, **asked)

    launch = kinds.plan_profile(job, Manifests(adapters.store, "a"))

    assert (job.request["target"], job.request["device"]) == (target, device)
    assert (launch.target, launch.device, launch.exclusive) == (target, device, True)
    assert "target" not in launch.spec


def test_a_profile_that_has_been_measured_says_where(client: FlaskClient, adapters: Adapters) -> None:
    job = accepted(client, adapters, target="old-cpu")

    facts = kinds.publish_profile(job, {}, (), Manifests(adapters.store, "a")).facts

    assert (facts["target"], facts["device"]) == ("old-cpu", "CPU")


def test_a_profile_from_before_there_were_targets_is_work_of_the_machine_itself(
    client: FlaskClient, adapters: Adapters
) -> None:
    record = adapters.record("profiler")
    request = accepted(client, adapters).request
    before = record.submit(kinds.PROFILE, "a", {**request, "target": "local"})

    assert kinds.plan_profile(before, Manifests(adapters.store, "a")).target is None


def test_a_target_that_no_node_offers_now_is_accepted_and_waits(client: FlaskClient, adapters: Adapters) -> None:
    census.announce(adapters.store, [NPU], time.time())

    assert accepted(client, adapters, target="npu").state is State.QUEUED


@pytest.mark.parametrize(
    ("asked", "kind", "words"),
    [
        ({"target": "moon"}, "unknown-target", "'moon' is not one of cpu, old-cpu, gpu, npu"),
        ({"target": "npu", "device": "CPU"}, "device-not-of-target", "the target npu has NPU"),
        ({"device": "TPU"}, "no-target-for-device", "they have CPU, GPU, NPU"),
    ],
)
def test_what_is_not_there_is_refused_by_name(
    client: FlaskClient, asked: dict[str, Any], kind: str, words: str
) -> None:
    answer = client.post("/v1/profiles", json={"model_id": "m", **asked})
    document = answer.get_json(force=True)

    assert (answer.status_code, document["type"]) == (422, f"urn:workbench:problem:{kind}")
    assert words in document["detail"]
    assert document["remedy"]


@pytest.fixture
def say(adapters: Adapters, tmp_path: Path) -> Callable[[str, dict[str, Any]], None]:
    """Send the worker a command; it only listens, so nothing is carried out."""
    create_worker(adapters, in_cluster(tmp_path / "home"))

    def said(job_id: str, data: dict[str, Any]) -> None:
        adapters.messages.publish(Message("profile.requested", "/project", job_id, "a", data))

    return said


def test_a_command_is_settled_as_a_post_is(adapters: Adapters, say: Callable[[str, dict[str, Any]], None]) -> None:
    say("j", {"model_id": "m", "device": "NPU"})

    job = adapters.record("profiler").get("profile", "a", "j")
    assert (job.request["target"], job.request["device"]) == ("npu", "NPU")


def test_a_command_for_a_target_that_is_not_there_is_rejected(
    adapters: Adapters, say: Callable[[str, dict[str, Any]], None]
) -> None:
    say("k", {"model_id": "m", "target": "moon"})

    record = adapters.record("profiler")
    with record.engine.connect() as connection:
        (answer,) = connection.execute(select(outbox)).mappings()
    assert record.find("k").state is State.FAILED  # it is listed with the reason
    assert "profile.rejected" in str(answer)
    assert "urn:workbench:problem:unknown-target" in str(answer)


def test_a_device_type_is_described_by_what_the_team_measured_there_last(
    client: FlaskClient, adapters: Adapters
) -> None:
    census.announce(adapters.store, [CPU, NPU], time.time())
    capabilities = ["INT8", "FP16", "EXPORT_IMPORT"]
    npu_facts = {
        "device": "NPU",
        "full_device_name": "An NPU",
        "optimization_capabilities": capabilities,
        "driver": "intel_vpu",
        "plugin_versions": {"NPU": "1"},
    }
    provenance = {"device": {"device": "AUTO:NPU,CPU"}, "executed_on": [npu_facts]}
    throughput = {"value": 9.0, "low": 8, "high": 10}
    facts = {
        "model_id": "m",
        "device": "NPU",
        "target": "npu",
        "throughput_fps": throughput,
        "trust": {"verdict": "trusted"},
        "provenance": provenance,
    }
    job = accepted(client, adapters, target="npu")
    manifest = Manifest("profile", job.id, "a", "", (), facts).text()
    with adapters.record("profiler").engine.begin() as connection:
        connection.execute(update(jobs).values(state="succeeded", manifest=manifest, finished_at=0.0))

    cpu, npu = client.get("/v1/targets").get_json()["items"]
    write_token(adapters.store, "other", Identity("b", "admin"), "b")
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer other"
    theirs = client.get("/v1/targets/npu").get_json()

    assert (
        npu["devices"][0]
        | {
            "full_name": "An NPU",
            "driver": "intel_vpu",
            "precisions": ["INT8", "FP16"],
            "int8": True,
            "plugin_version": "1",
        }
        == npu["devices"][0]
    )
    assert npu["last_measured"] == {
        "id": job.id,
        "at": "1970-01-01T00:00:00.000Z",
        "model_id": "m",
        "device": "NPU",
        "throughput_fps": throughput,
        "verdict": "trusted",
    }
    assert cpu["last_measured"] is None
    assert (theirs["last_measured"], theirs["devices"][0]["full_name"]) == (None, None)
