"""A profile of several models: what is asked, planned and kept; and the profiles that are taken from it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from fresh import embedded
from workbench.jobs import Adapters, Job
from workbench.problems.common import RunRefused
from workbench.profiler import kinds
from workbench.profiler.app import create_app
from workbench.profiler.spec import read_spec
from workbench.store import File, Keys, Manifest, Manifests
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import load

RATIO = {"throughput_fps": {"value": 2.0, "low": 1.9, "high": 2.1}}
BACK = {"throughput_fps": {"value": 0.5, "low": 0.47, "high": 0.53}}
SAME = {"throughput_fps": {"value": 1.0, "low": 1.0, "high": 1.0}}
REFUSAL = {"kind": "CompileFailed", "detail": "CPU cannot compile the model.", "remedy": "try another device"}


@pytest.fixture
def adapters(tmp_path: Path) -> Iterator[Adapters]:
    """Models ``a`` to ``d``, of which ``c`` is ``a`` byte for byte."""
    made = embedded(tmp_path / "home")
    write_token(made.store, "token", Identity("t", "admin"), "t")
    for name in "abcd":
        facts = {"format": "ir", "main_file": f"{name}.xml", "digest": name.replace("c", "a")}
        files = (File(f"{name}.xml", name * 64, 1),)
        Manifests(made.store, "t").write(Manifest("model", name, "t", "", files, facts).text())
    yield made
    made.close()


@pytest.fixture
def client(adapters: Adapters, tmp_path: Path) -> FlaskClient:
    client = create_app(adapters, load({"WORKBENCH_HOME": str(tmp_path / "home")})).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer token"
    return client


def accepted(client: FlaskClient, adapters: Adapters, **body: Any) -> Job:
    answer = client.post("/v1/profiles", json={"model_id": "a", **body})
    assert answer.status_code == 202, answer.text
    return adapters.record("profiler").get("profile", "t", answer.json["id"])


def measured(adapters: Adapters, job: Job, second: dict[str, Any] | None = None) -> Manifest:
    """What the job leaves when its core has measured ``a`` and ``b``, of which the second may have been refused."""
    manifests = Manifests(adapters.store, "t")
    result = {
        "throughput_fps": 1,
        "launches": [{}] * 5,
        "others": [second],
        "ratios": [[SAME, None if second else RATIO], [None if second else BACK, None if second else SAME]],
    }
    content = json.dumps({"throughput_fps": 2, "launches": [{}] * 5}).encode()
    digest, size = adapters.store.put_stream("x", io.BytesIO(content))
    adapters.store.copy("x", Keys("t").blob(digest))
    files = () if second else (File("others/0.json", digest, size),)
    made = kinds.publish_profile(job, result, files, manifests)
    manifest = Manifest(made.kind, job.id, "t", "", made.files, made.facts, made.parents)
    manifests.write(manifest.text())
    return manifest


def taken(adapters: Adapters, job: Job) -> dict[str, Any]:
    manifests = Manifests(adapters.store, "t")
    assert kinds.plan_profile(job, manifests) is None
    return dict(kinds.publish_profile(job, {}, (), manifests).facts)


def test_each_models_files_have_a_folder_and_the_same_bytes_are_measured_once(
    client: FlaskClient, adapters: Adapters
) -> None:
    job = accepted(client, adapters, with_model_ids=["b", "c", "d"])

    launch = kinds.plan_profile(job, Manifests(adapters.store, "t"))

    assert launch is not None
    assert launch.inputs == {"model/a.xml": "a" * 64, "others/0/b.xml": "b" * 64, "others/1/d.xml": "d" * 64}
    assert read_spec(launch.spec).others == ("b.xml", "d.xml")
    alone = kinds.plan_profile(accepted(client, adapters), Manifests(adapters.store, "t"))
    assert alone is not None
    assert launch.limits.wall_s == 3 * alone.limits.wall_s
    assert launch.limits.turn_s == alone.limits.turn_s
    assert sorted(job.holds) == ["a", "b", "c", "d"]


def test_one_request_holds_the_device_no_longer_for_several_models(client: FlaskClient) -> None:
    body = {"model_id": "a", "duration_s": 60, "launches": 11}
    assert client.post("/v1/profiles", json=body).status_code == 202

    refused = client.post("/v1/profiles", json={**body, "with_model_ids": ["b"]})

    assert refused.status_code == 422
    assert "11 launches of 60 s of each of 2 models" in refused.json["errors"]["duration_s"]
    assert "give at most 5." in refused.json["errors"]["launches"]


def test_every_profile_knows_its_ratios_to_those_it_was_measured_with(client: FlaskClient, adapters: Adapters) -> None:
    first = measured(adapters, accepted(client, adapters, with_model_ids=["b", "c"]))

    together = first.facts["together"]
    assert (together["profile_id"], together["rounds"]) == (first.id, 5)
    assert together["ratios"]["a"] == {"b": RATIO, "c": SAME}
    assert together["ratios"]["b"] == {"a": BACK, "c": BACK}
    assert together["ratios"]["c"] == {"a": SAME, "b": RATIO}
    second, same = (
        taken(adapters, accepted(client, adapters, model_id=model, from_profile_id=first.id)) for model in "bc"
    )
    assert (second["model_id"], second["throughput_fps"], second["together"]) == ("b", 2, together)
    assert (same["model_id"], same["throughput_fps"], same["together"]) == ("c", 1, together)
    assert (second["target"], second["device"]) == ("local", "CPU")


def test_a_profile_that_is_taken_waits_for_no_device(client: FlaskClient, adapters: Adapters) -> None:
    first = accepted(client, adapters, with_model_ids=["b"])
    measured(adapters, first)

    second = accepted(client, adapters, model_id="b", from_profile_id=first.id)

    assert kinds.PROFILE.target(first.request) == "local"
    assert kinds.PROFILE.target(second.request) is None
    assert sorted(second.holds) == sorted(["b", first.id])


def test_of_a_model_that_was_refused_the_same_refusal_is_told(client: FlaskClient, adapters: Adapters) -> None:
    first = measured(adapters, accepted(client, adapters, with_model_ids=["b"]), REFUSAL)
    second = accepted(client, adapters, model_id="b", from_profile_id=first.id)

    with pytest.raises(RunRefused) as refused:
        taken(adapters, second)
    assert refused.value.document()["type"] == "urn:workbench:problem:compile-failed"
    assert refused.value.document()["remedy"] == "try another device"


def test_a_profile_of_one_model_alone_says_so(client: FlaskClient, adapters: Adapters) -> None:
    job = accepted(client, adapters)

    made = kinds.publish_profile(job, {"launches": []}, (), Manifests(adapters.store, "t"))

    assert made.facts["together"] is None


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"with_model_ids": ["a"]}, "with_model_ids", "Give each model once"),
        ({"with_model_ids": ["b", "b"]}, "with_model_ids", "Give each model once"),
        ({"with_model_ids": list("bcdefghi")}, "with_model_ids", "7"),
        ({"with_model_ids": "b"}, "with_model_ids", "list"),
        ({"with_model_ids": [7]}, "with_model_ids", "string"),
        ({"with_model_ids": ["nobody"]}, None, "nobody"),
        ({"from_profile_id": "nobody"}, None, "nobody"),
        ({"from_profile_id": "p", "duration_s": 1.0}, "duration_s", "leave it out"),
        ({"from_profile_id": "p", "with_model_ids": ["b"]}, "with_model_ids", "leave it out"),
        ({"from_profile_id": "p", "model_id": "d"}, None, "it measured the models a, b"),
        ({"from_profile_id": "alone"}, None, "it measured one model alone"),
        ({"from_profile_id": "p", "device": "GPU.0"}, None, "device: GPU.0 was asked for"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(
    client: FlaskClient, adapters: Adapters, body: dict[str, Any], field: str | None, words: str
) -> None:
    job = accepted(client, adapters, with_model_ids=["b"])
    manifest = measured(adapters, job)
    Manifests(adapters.store, "t").write(replace(manifest, id="p").text())
    alone = {**manifest.facts, "together": None}
    Manifests(adapters.store, "t").write(replace(manifest, id="alone", facts=alone).text())
    active = adapters.record("profiler").active()

    refused = client.post("/v1/profiles", json={"model_id": "a", **body})

    assert refused.status_code in (404, 422), refused.text
    assert words in refused.text
    assert field is None or field in refused.json["errors"]["json"]
    assert adapters.record("profiler").active() == active
