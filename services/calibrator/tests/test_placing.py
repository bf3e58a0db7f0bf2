"""Where calibrations and evaluations run: anywhere, unless a device or a person says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from fresh import embedded
from servers.pools import in_cluster
from workbench.calibrator import kinds
from workbench.calibrator.app import create_app
from workbench.calibrator.worker import create_worker
from workbench.jobs import Adapters, Job
from workbench.jobs.record.reuse import reuse_key
from workbench.messages import Message
from workbench.store import Manifest, Manifests
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import Settings, load

NAMED = {"model_id": "m", "dataset_id": "d", "recipe_id": "r"}
PLANS = {"calibration": kinds.plan_calibration, "evaluation": kinds.plan_evaluation}


@pytest.fixture
def adapters(tmp_path: Path) -> Iterator[Adapters]:
    """One team with everything a request names."""
    made = embedded(tmp_path / "home")
    write_token(made.store, "token", Identity("a", "admin"), "a")
    facts = {
        "model": {"main_file": "model.xml"},
        "dataset": {"tasks": ["classification"]},
        "recipe": {"recipe": {"task": "classification"}},
    }
    for kind, known in facts.items():
        Manifests(made.store, "a").write(Manifest(kind, kind[0], "a", "", (), known).text())
    yield made
    made.close()


@pytest.fixture
def cluster(tmp_path: Path) -> Settings:
    return in_cluster(tmp_path / "home")


@pytest.fixture
def alone(tmp_path: Path) -> Settings:
    return load({"WORKBENCH_HOME": str(tmp_path / "home")})


def client_of(adapters: Adapters, settings: Settings) -> FlaskClient:
    client = create_app(adapters, settings).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer token"
    return client


def accepted(adapters: Adapters, settings: Settings, kind: str, **where: Any) -> Job:
    answer = client_of(adapters, settings).post(f"/v1/{kind}s", json={**NAMED, **where})
    assert answer.status_code == 202, answer.get_data(as_text=True)
    return adapters.record("calibrator").get(kind, "a", answer.get_json()["id"])


def launched(adapters: Adapters, job: Job) -> tuple[str | None, str | None]:
    launch = PLANS[job.kind](job, Manifests(adapters.store, "a"))
    return launch.target, launch.device


@pytest.mark.parametrize(
    ("asked", "target", "device"),
    [
        ({}, None, "CPU"),
        ({"device": "CPU"}, None, "CPU"),
        ({"target": "cpu"}, "cpu", "CPU"),
        ({"device": "GPU.0"}, "gpu", "GPU.0"),
        ({"target": "npu"}, "npu", "NPU"),
    ],
)
def test_an_evaluation_goes_to_a_target_for_its_device_or_when_told_to(
    adapters: Adapters, cluster: Settings, asked: dict[str, str], target: str | None, device: str
) -> None:
    job = accepted(adapters, cluster, "evaluation", **asked)

    assert (job.request["target"], job.request["device"]) == (target, device)
    assert launched(adapters, job) == (target, device)


def test_an_evaluation_says_where_it_was_made(adapters: Adapters, cluster: Settings) -> None:
    job = accepted(adapters, cluster, "evaluation", target="npu")

    facts = kinds.publish_evaluation(job, {"metrics": []}, (), Manifests(adapters.store, "a")).facts

    assert (facts["target"], facts["device"]) == ("npu", "NPU")


def test_a_score_carries_what_was_taken_for_granted_and_what_was_noticed_of_the_images(
    adapters: Adapters, alone: Settings
) -> None:
    job, manifests = accepted(adapters, alone, "evaluation"), Manifests(adapters.store, "a")
    told = {"dataset": {"warnings": ["2 images are copies"]}, "recipe": {"assumed": [{"field": "color"}]}}
    for kind, more in told.items():
        kept = manifests.get(kind, job.request[f"{kind}_id"])
        adapters.store.delete(f"teams/a/manifests/{kind}/{kept.id}.json")
        manifests.write(Manifest(kind, kept.id, "a", "", kept.files, kept.facts | more).text())

    facts = kinds.publish_evaluation(job, {"metrics": []}, (), manifests).facts

    assert (facts["assumed"], facts["dataset_warnings"]) == ([{"field": "color"}], ["2 images are copies"])


def test_without_a_cluster_an_evaluation_is_work_of_this_machine(adapters: Adapters, alone: Settings) -> None:
    job = accepted(adapters, alone, "evaluation")

    assert (job.request["target"], job.request["device"]) == ("local", "CPU")
    assert launched(adapters, job) == (None, "CPU")


@pytest.mark.parametrize(("asked", "target"), [({}, None), ({"target": None}, None), ({"target": "npu"}, "npu")])
def test_a_calibration_goes_to_a_target_only_when_told_to(
    adapters: Adapters, cluster: Settings, asked: dict[str, Any], target: str | None
) -> None:
    job = accepted(adapters, cluster, "calibration", **asked)

    assert job.request.get("target") == target
    assert launched(adapters, job) == (target, None)


@pytest.mark.parametrize("kind", ["calibration", "evaluation"])
def test_a_target_that_is_not_there_is_refused(adapters: Adapters, cluster: Settings, kind: str) -> None:
    answer = client_of(adapters, cluster).post(f"/v1/{kind}s", json={**NAMED, "target": "moon"})

    assert answer.status_code == 422
    assert answer.get_json(force=True)["type"] == "urn:workbench:problem:unknown-target"


def test_an_accuracy_on_one_target_is_never_taken_for_that_on_another(adapters: Adapters, cluster: Settings) -> None:
    asked = [{}, {"target": "cpu"}, {"target": "old-cpu"}, {"target": "gpu"}, {"target": "gpu", "device": "GPU.0"}]
    keys = [_reuse_key(adapters, accepted(adapters, cluster, "evaluation", **where)) for where in asked]

    assert len(set(keys)) == len(asked)
    assert all(keys)


def test_an_accuracy_made_with_a_targets_variables_is_none_without_them(adapters: Adapters, tmp_path: Path) -> None:
    gpu = {"device": "GPU", "env": {"OV_LEVEL": "1"}}
    jobs = [
        accepted(adapters, in_cluster(tmp_path / "home", gpu=each), "evaluation", target="gpu")
        for each in (gpu, gpu, {**gpu, "env": {"OV_LEVEL": "2"}}, {"device": "GPU"})
    ]

    first, same, other, none = (_reuse_key(adapters, job) for job in jobs)

    assert first == same
    assert len({first, other, none}) == 3
    launch = PLANS["evaluation"](jobs[0], Manifests(adapters.store, "a"))
    assert launch.env == {"OV_LEVEL": "1"}


def _reuse_key(adapters: Adapters, job: Job) -> str | None:
    inputs = [Manifests(adapters.store, "a").get(kind, kind[0]) for kind in ("model", "dataset", "recipe")]
    return reuse_key(kinds.EVALUATION, job.request, inputs)


def test_a_calibration_that_names_no_target_is_the_same_as_before_there_were_any(
    adapters: Adapters, cluster: Settings, alone: Settings
) -> None:
    here, there = accepted(adapters, alone, "calibration", target="local"), accepted(adapters, cluster, "calibration")

    assert "target" not in here.request
    assert here.request == there.request


@pytest.mark.parametrize(
    ("kind", "asked", "target"),
    [
        ("calibration", {}, None),
        ("calibration", {"target": "npu"}, "npu"),
        ("evaluation", {}, None),
        ("evaluation", {"device": "NPU"}, "npu"),
    ],
)
def test_a_command_is_settled_as_a_post_is(
    adapters: Adapters, cluster: Settings, kind: str, asked: dict[str, str], target: str | None
) -> None:
    create_worker(adapters, cluster)

    adapters.messages.publish(Message(f"{kind}.requested", "/project", "j", "a", {**NAMED, **asked}))

    assert adapters.record("calibrator").get(kind, "a", "j").request.get("target") == target
