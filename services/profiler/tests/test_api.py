"""Requests and answers of /v1/profiles and /v1/targets, and the plans that come of them."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from at_work import at_work
from eventually import until
from flask.testing import FlaskClient
from fresh import embedded
from sqlalchemy import update
from workbench.jobs import Adapters
from workbench.jobs.record.events import Relay
from workbench.jobs.record.tables import jobs
from workbench.messages import Message
from workbench.profiler import kinds
from workbench.profiler.app import create_app
from workbench.profiler.schemas import ProfileRequest
from workbench.profiler.spec import read_spec
from workbench.profiler.worker import create_worker
from workbench.runner.local.devices import DeviceLock
from workbench.store import File, Keys, Manifest, Manifests
from workbench.targets import here
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import Settings, load


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({"WORKBENCH_HOME": str(tmp_path / "home")})


@pytest.fixture
def adapters(tmp_path: Path, saved: Any, convolutions: Callable[..., ov.Model]) -> Iterator[Adapters]:
    """Two teams; the first has a model ``m``. The machine had a GPU and an NPU when it was last looked at."""
    made = embedded(tmp_path / "home")
    seen = [{"name": "CPU"}, {"name": "GPU.0"}, {"name": "NPU"}]
    here.tell(made.store, {"devices": seen, "absent": []}, time.time())
    for team in ("a", "b"):
        write_token(made.store, f"token-{team}", Identity(team, "admin"), team)
    main_file = saved(convolutions())
    files = []
    for path in (main_file, main_file.with_suffix(".bin")):
        digest, size = made.store.put_stream("x", io.BytesIO(path.read_bytes()))
        made.store.copy("x", Keys("a").blob(digest))
        files.append(File(path.name, digest, size))
    facts = {"format": "ir", "main_file": "model.xml"}
    Manifests(made.store, "a").write(Manifest("model", "m", "a", "", tuple(files), facts).text())
    yield made
    made.close()


@pytest.fixture
def client(adapters: Adapters, settings: Settings) -> FlaskClient:
    client = create_app(adapters, settings).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer token-a"
    return client


@pytest.fixture
def working(in_processes: None, adapters: Adapters, settings: Settings) -> Iterator[None]:
    """A worker beside the API."""
    with at_work(create_worker(adapters, settings)):
        yield


def refused(answer: Any, status: int, *words: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    document = dict(answer.get_json(force=True))
    for word in words:
        assert word in str(document), document
    return document


def submitted(client: FlaskClient, **fields: Any) -> dict[str, Any]:
    answer = client.post("/v1/profiles", json={"model_id": "m", **fields})
    assert answer.status_code == 202, answer.get_data(as_text=True)
    assert answer.headers["Location"].endswith(f"/v1/profiles/{answer.get_json()['id']}")
    return dict(answer.get_json())


def test_a_profile_is_a_queued_job_with_every_option_written_out(client: FlaskClient, adapters: Adapters) -> None:
    job = submitted(client)

    assert job["state"] == "queued"
    request = adapters.record("profiler").get("profile", "a", job["id"]).request
    assert request["hint"] == "throughput"
    assert request["launches"] == 5
    assert request["inference_precision"] == "f32"


def test_the_answer_says_about_how_long_it_will_measure(client: FlaskClient) -> None:
    job, long = submitted(client), submitted(client, duration_s=1, launches=10, until=0.02, within_s=300)

    assert job["expected_run_s"] == {"least": 20, "most": 60}
    assert long["expected_run_s"] == {"least": 30, "most": 316}
    assert client.get(f"/v1/profiles/{job['id']}").get_json()["expected_run_s"] == job["expected_run_s"]
    assert client.get("/v1/profiles").get_json()["items"][0]["expected_run_s"] is None


GOOD = [
    {"device": "GPU.0"},
    {"inference_precision": "bf16"},
    {"batch": 4096},
    {"hint": None},
    {"hint": "latency"},
    {"streams": 4, "requests": 8},
    {"streams": None},
    {"shapes": {"image": [1, 3, 32, 32]}},
    {"shapes": None},
    {"inputs": {}},
    {"inputs": None},
    {"duration_s": 0.1},
    {"duration_s": 140},
    {"launches": 100},
    {"name": "a profile"},
    {"target": "local"},
]


@pytest.mark.parametrize("fields", GOOD)
def test_good_options_are_taken(client: FlaskClient, fields: dict[str, Any]) -> None:
    submitted(client, **fields)


BAD = [
    ("model_id", ""),
    ("model_id", 7),
    ("model_id", None),
    ("model_id", "x" * 65),
    ("target", "moon"),
    ("device", ""),
    ("device", 1),
    ("device", "x" * 101),
    ("device", "HETERO"),
    ("inference_precision", "f64"),
    ("inference_precision", None),
    ("batch", 0),
    ("batch", 4097),
    ("batch", "many"),
    ("batch", None),
    ("hint", "fast"),
    ("hint", 1),
    ("streams", 0),
    ("streams", 1025),
    ("streams", "x"),
    ("requests", 0),
    ("requests", 4097),
    ("shapes", []),
    ("shapes", {"x": [0]}),
    ("shapes", {"x": ["a"]}),
    ("shapes", {"x": 1}),
    ("inputs", []),
    ("inputs", {"x": 1}),
    ("inputs", {str(number): "t" for number in range(65)}),
    ("duration_s", 0),
    ("duration_s", 3601),
    ("duration_s", "long"),
    ("launches", 4),
    ("launches", 101),
    ("launches", None),
    ("name", ""),
    ("name", "x" * 201),
    ("seed", 1),
    ("main_file", "/etc/passwd"),
    ("unknown", 1),
]


@pytest.mark.parametrize(("field", "value"), BAD)
def test_bad_options_are_refused_by_field(client: FlaskClient, field: str, value: Any) -> None:
    refused(client.post("/v1/profiles", json={"model_id": "m", field: value}), 422, field)


TOO_LONG = [
    ({"duration_s": 3600, "launches": 100}, "at most 7."),
    ({"duration_s": 144}, "at most 143.8."),
    ({"duration_s": 10, "launches": 100}, "at most 70."),
]


@pytest.mark.parametrize(("fields", "accepted"), TOO_LONG)
def test_a_profile_that_would_have_its_device_for_too_long_is_refused_and_holds_nothing(
    client: FlaskClient, adapters: Adapters, fields: dict[str, Any], accepted: str
) -> None:
    document = refused(client.post("/v1/profiles", json={"model_id": "m", **fields}), 422, accepted)

    assert "duration_s" in document["errors"]
    assert adapters.record("profiler").active() == 0
    assert not list(adapters.store.list(Keys("a").reference("m")))


@pytest.mark.parametrize(("fields", "accepted"), TOO_LONG)
def test_a_command_obeys_the_same_limit(
    adapters: Adapters, settings: Settings, fields: dict[str, Any], accepted: str
) -> None:
    heard: list[Message] = []
    create_worker(adapters, settings)
    adapters.messages.subscribe(["profile.rejected"], heard.append)

    adapters.messages.publish(Message("profile.requested", "/project", "p1", "a", {"model_id": "m", **fields}))
    record = adapters.record("profiler")
    Relay(record.engine, adapters.messages, record.service).drain()

    assert accepted in heard[0].data["error"]["detail"]
    assert record.find("p1") is None


def test_a_plan_keeps_to_what_was_allowed(client: FlaskClient, adapters: Adapters) -> None:
    job = adapters.record("profiler").get("profile", "a", submitted(client, duration_s=60, launches=11)["id"])
    limits = kinds.PROFILE.plan(job, Manifests(adapters.store, "a")).limits

    assert limits.wall_s == kinds.PREPARING_S + 11 * 301
    assert limits.turn_s == kinds.COMPILING_S + 301


def test_a_profile_of_no_model_is_refused(client: FlaskClient) -> None:
    refused(client.post("/v1/profiles", json={}), 422, "model_id")


def test_a_body_that_is_no_json_is_refused(client: FlaskClient) -> None:
    refused(client.post("/v1/profiles", data=b"{", content_type="application/json"), 422, "JSON")


def test_an_unknown_model_is_refused(client: FlaskClient) -> None:
    answer = client.post("/v1/profiles", json={"model_id": "nobody"})

    assert answer.status_code in (404, 409, 422), answer.get_data(as_text=True)
    refused(answer, answer.status_code, "nobody")


def test_another_teams_model_is_not_there(client: FlaskClient) -> None:
    answer = client.post("/v1/profiles", json={"model_id": "m"}, headers={"Authorization": "Bearer token-b"})

    assert answer.status_code in (404, 409, 422)


def test_another_teams_profile_is_not_there(client: FlaskClient) -> None:
    job = submitted(client)

    for path in ("", "/log", "/events"):
        answer = client.get(f"/v1/profiles/{job['id']}{path}", headers={"Authorization": "Bearer token-b"})
        assert answer.status_code == 404, path
    assert client.get("/v1/profiles", headers={"Authorization": "Bearer token-b"}).get_json()["items"] == []


def test_without_a_token_nothing_is_told(client: FlaskClient) -> None:
    for path in ("/v1/profiles", "/v1/targets"):
        refused(client.get(path, headers={"Authorization": ""}), 401)


def test_a_queued_profile_can_be_cancelled_and_that_may_be_said_twice(client: FlaskClient) -> None:
    job = submitted(client)

    first = client.post(f"/v1/profiles/{job['id']}/cancel")
    second = client.post(f"/v1/profiles/{job['id']}/cancel")

    assert first.status_code in (200, 202)
    assert client.get(f"/v1/profiles/{job['id']}").get_json()["state"] == "cancelled"
    assert second.status_code == 200


def test_an_identical_profile_is_measured_again(client: FlaskClient, adapters: Adapters) -> None:
    first, second = submitted(client), submitted(client)

    assert first["id"] != second["id"]
    assert second["state"] == "queued"


def test_a_repeated_key_is_one_profile(client: FlaskClient) -> None:
    first, second = (
        client.post("/v1/profiles", json={"model_id": "m"}, headers={"Idempotency-Key": "k"}) for _ in range(2)
    )

    assert first.get_json()["id"] == second.get_json()["id"]


def test_a_profile_is_planned_as_a_measurement_with_the_models_files(client: FlaskClient, adapters: Adapters) -> None:
    job = submitted(client, duration_s=2.0, launches=10, device="GPU.0", batch=4)
    record = adapters.record("profiler")

    launch = kinds.plan_profile(record.get("profile", "a", job["id"]), Manifests(adapters.store, "a"))

    assert launch.exclusive
    assert launch.device == "GPU.0"
    assert sorted(launch.inputs) == ["model/model.bin", "model/model.xml"]
    assert launch.limits.wall_s >= 4 * 10 * 2.0
    assert launch.spec["main_file"] == "model.xml"


@pytest.mark.parametrize("fields", [*GOOD, {}])
def test_whatever_the_api_takes_the_core_takes(client: FlaskClient, adapters: Adapters, fields: dict[str, Any]) -> None:
    job = adapters.record("profiler").get("profile", "a", submitted(client, **fields)["id"])

    spec = kinds.plan_profile(job, Manifests(adapters.store, "a")).spec

    assert read_spec(spec).batch == job.request["batch"]


def test_every_option_is_described() -> None:
    for name, option in ProfileRequest().fields.items():
        assert option.metadata.get("description"), name


def test_the_api_never_loads_openvino() -> None:
    code = "import sys, workbench.profiler.app; print('openvino' in sys.modules, 'numpy' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)

    assert told.stdout == "False False\n"


def test_targets_are_discovered_and_then_remembered(client: FlaskClient, adapters: Adapters, working: None) -> None:
    answer = client.get("/v1/targets")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    [target] = answer.get_json()["items"]
    assert "CPU" in [device["name"] for device in target["devices"]]
    assert (target["kind"], target["usable"], target["last_measured"]) == ("machine", True, None)
    assert 0 < target["machine"]["disk"]["free_bytes"] <= target["machine"]["disk"]["total_bytes"]
    assert all(absent["cause"] and absent["reason"] for absent in target["absent"])

    until(lambda: cpu_of(client)["state"] == "free", 10)
    assert isinstance(cpu_of(client)["int8"], bool)
    assert client.get("/v1/targets/local").get_json()["seen_at"] == target["seen_at"]
    assert len(adapters.record("profiler").list("target", "a", limit=10).items) == 1
    refused(client.get("/v1/targets/moon"), 404, "moon")


def cpu_of(client: FlaskClient) -> dict[str, Any]:
    devices = client.get("/v1/targets/local").get_json()["devices"]
    return next(dict(device) for device in devices if device["name"] == "CPU")


def test_while_the_machine_is_measured_it_is_busy_and_still_known_however_old_the_last_look_is(
    client: FlaskClient, adapters: Adapters, working: None
) -> None:
    seen_at = client.get("/v1/targets/local").get_json()["seen_at"]
    lock = DeviceLock(adapters.home)
    lock.measure(lambda _reason: None)
    with adapters.record("profiler").engine.begin() as connection:
        connection.execute(update(jobs).values(created_at=jobs.c.created_at - 3600))

    target = client.get("/v1/targets/local").get_json()
    lock.release()
    lock.close()

    assert target["seen_at"] == seen_at
    assert {(each["state"], each["reason"]) for each in target["devices"]} == {("busy", "a measurement is running")}
    until(lambda: client.get("/v1/targets/local").get_json()["seen_at"] > seen_at, 20)


def test_where_runs_are_carried_out_elsewhere_nobody_says_that_a_device_is_free(
    adapters: Adapters, settings: Settings, client: FlaskClient, working: None
) -> None:
    client.get("/v1/targets/local")
    (adapters.home / "locks" / "host.gate").unlink()

    assert cpu_of(client)["state"] == "unknown"


def test_a_profile_through_the_api_is_bound_to_its_model(client: FlaskClient, working: None) -> None:
    job = submitted(client, duration_s=0.1, requests=1, device="AUTO:CPU")

    seen = client.get(f"/v1/profiles/{job['id']}?wait_s=0").get_json()
    for _ in range(20):
        if seen["state"] in ("succeeded", "failed", "cancelled"):
            break
        seen = client.get(f"/v1/profiles/{job['id']}?wait_s=5&after={seen['seq']}").get_json()

    assert seen["state"] == "succeeded", seen
    assert "m" in str(seen)
    last = client.get("/v1/targets/local").get_json()["last_measured"]
    assert (last["id"], last["model_id"], last["device"]) == (job["id"], "m", "AUTO:CPU")
    assert seen["facts"]["configuration"]["executed"]["devices"] == ["CPU"]
    assert [each["device"] for each in seen["facts"]["provenance"]["executed_on"]] == ["CPU"]
    assert last["throughput_fps"] == seen["facts"]["throughput_fps"]
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer token-b"
    assert client.get("/v1/targets/local").get_json()["last_measured"] is None


def ended(client: FlaskClient, path: str) -> dict[str, Any]:
    seen = client.get(path).get_json()
    for _ in range(20):
        if seen["state"] in ("succeeded", "failed", "cancelled"):
            break
        seen = client.get(f"{path}?wait_s=5&after={seen['seq']}").get_json()
    return dict(seen)


def sent(client: FlaskClient, array: Any) -> str:
    """The id of a tensor that has been taken in."""
    file = io.BytesIO()
    np.save(file, array)
    answer = client.post("/v1/tensors", data={"files": (io.BytesIO(file.getvalue()), "photo.npy")})
    assert answer.status_code == 202, answer.get_data(as_text=True)
    seen = ended(client, f"/v1/tensors/{answer.get_json()['id']}")
    assert seen["state"] == "succeeded", seen
    return str(seen["id"])


def test_a_profile_is_fed_with_an_array_that_was_uploaded(client: FlaskClient, working: None) -> None:
    tensor = sent(client, np.full((1, 3, 32, 32), 7, dtype=np.uint8))
    job = submitted(client, duration_s=0.1, inputs={"image": tensor})

    seen = ended(client, f"/v1/profiles/{job['id']}")

    assert client.get(f"/v1/tensors/{tensor}").get_json()["facts"]["shape"] == [1, 3, 32, 32]
    assert seen["state"] == "succeeded", seen
    assert seen["request"]["inputs"] == {"image": tensor}
    assert seen["facts"]["inputs"] == [
        {"name": "image", "shape": [1, 3, 32, 32], "element_type": "f32", "data": "given"}
    ]
    assert client.delete(f"/v1/tensors/{tensor}").status_code == 204


def test_data_that_is_not_there_is_refused(client: FlaskClient) -> None:
    answer = client.post("/v1/profiles", json={"model_id": "m", "inputs": {"image": "none"}})

    refused(answer, 404, "There is no tensor 'none'")


def test_what_the_model_leaves_open_is_refused_before_any_job(client: FlaskClient, adapters: Adapters) -> None:
    facts = {
        "format": "ir",
        "main_file": "model.xml",
        "inputs": [
            {
                "name": "image",
                "shape": [-1, 3, -1, -1],
                "element_type": "f32",
                "layout": "NCHW",
                "layout_source": "guess",
            }
        ],
    }
    Manifests(adapters.store, "a").write(Manifest("model", "open", "a", "", (), facts).text())

    answer = client.post("/v1/profiles", json={"model_id": "open"})

    refused(answer, 422, "shapes.image: the input has the shape [?,3,?,?]", "such as 1,3,224,224")
    assert client.get("/v1/profiles").get_json()["items"] == []


def test_a_profile_that_is_refused_says_why_and_what_to_do(client: FlaskClient, working: None) -> None:
    job = submitted(client, device="NPU")

    seen = client.get(f"/v1/profiles/{job['id']}").get_json()
    for _ in range(20):
        if seen["state"] in ("succeeded", "failed", "cancelled"):
            break
        seen = client.get(f"/v1/profiles/{job['id']}?wait_s=5&after={seen['seq']}").get_json()

    assert seen["state"] == "failed"
    error = seen["error"]
    assert error["type"] == "urn:workbench:problem:unknown-device"
    assert "CPU" in error["available"]
    assert error["remedy"].startswith("choose a device that is available")


LAYERS = [
    {
        "place": 0,
        "name": "in",
        "type": "Parameter",
        "time_ms": 0.0,
        "original_layers": ["in"],
        "inputs": [],
        "outputs": [],
    },
    {
        "place": 1,
        "name": "conv",
        "type": "Convolution",
        "time_ms": 2.0,
        "original_layers": ["conv", "relu"],
        "inputs": [{"from": 0}],
        "outputs": [],
    },
    {"place": None, "name": "relu", "type": "Relu", "time_ms": 0.0, "original_layers": [], "inputs": [], "outputs": []},
]


def measured(adapters: Adapters, id: str, layers: list[dict[str, Any]]) -> None:
    adapters.record("profiler").index("profile", Manifest("profile", id, "a", "", (), {"layers": layers}), None)


def test_a_profile_shows_its_executed_graph_and_finds_layers_by_what_they_do(
    client: FlaskClient, adapters: Adapters
) -> None:
    measured(adapters, "p", LAYERS)

    found = client.get("/v1/profiles/p/layers?name=relu").get_json()
    graph = client.get("/v1/profiles/p/graph").get_json()

    assert [layer["name"] for layer in found["items"]] == ["conv", "relu"]
    assert graph["edges"] == [{"from": 0, "to": 1}]
    assert [(node["name"], node["time_ms"]) for node in graph["nodes"]] == [("in", 0.0), ("conv", 2.0)]


def test_a_profile_of_an_earlier_release_has_layers_and_says_that_it_has_no_graph(
    client: FlaskClient, adapters: Adapters
) -> None:
    known = ("name", "type", "time_ms", "original_layers")
    measured(adapters, "old", [{name: layer[name] for name in known} for layer in LAYERS])

    assert client.get("/v1/profiles/old/layers?search=conv").get_json()["matching"] == 1
    graph = client.get("/v1/profiles/old/graph").get_json()
    assert (graph["nodes"], graph["total"]) == ([], 0)
    assert "earlier release" in graph["note"]
    refused(client.get("/v1/profiles/none/graph"), 404, "profile")
