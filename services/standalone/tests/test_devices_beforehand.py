"""Whatever takes a device refuses one that this machine lacks before there is a job: every service, over HTTP."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eventually import until
from fresh import embedded
from werkzeug.test import Client
from workbench.jobs import Adapters
from workbench.standalone.mount import SERVICES, Front, merged_openapi, workers
from workbench.store import Manifest, Manifests
from workbench.targets import here
from workbench.webapp.devices import KEPT_S
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import Settings, load

OPTIMIZATIONS = "/v1/projects/{project_id}/optimizations"
# What each route that takes a device needs besides: one that is new says it here.
REST: dict[str, dict[str, Any]] = {
    "/v1/profiles": {"model_id": "m"},
    "/v1/evaluations": {"model_id": "m", "dataset_id": "d", "recipe_id": "r"},
    "/v1/trials": {"model_id": "m", "dataset_id": "d", "recipe_id": "r"},
    "/v1/projects": {"name": "p", "model_id": "m", "dataset_id": "d"},
    OPTIMIZATIONS: {"task": "generic"},
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({"WORKBENCH_HOME": str(tmp_path / "home")})


@pytest.fixture
def adapters(settings: Settings) -> Iterator[Adapters]:
    made = embedded(settings.home)
    write_token(made.store, "token", Identity("a", "admin"), "a")
    tensor = {"name": "x", "shape": [1, 3, 8, 8], "element_type": "f32", "layout": "NCHW"}
    model = {
        "name": "net",
        "main_file": "model.xml",
        "format": "ir",
        "precision": "FP32",
        "inputs": [tensor],
        "outputs": [{**tensor, "name": "y"}],
    }
    known = {"model": model, "dataset": {"tasks": []}, "recipe": {"recipe": {"task": "generic"}}}
    for kind, facts in known.items():
        Manifests(made.store, "a").write(Manifest(kind, kind[0], "a", "", (), facts).text())
    yield made
    made.close()


@pytest.fixture
def client(adapters: Adapters, settings: Settings) -> Client:
    return Client(Front(adapters, settings))


@pytest.fixture
def working(adapters: Adapters, settings: Settings, client: Client) -> Iterator[None]:
    """Every service's worker."""
    stop = threading.Event()
    made = workers(adapters, settings)
    threads = [threading.Thread(target=worker.run, args=(stop,)) for worker, _ in made]
    for thread in threads:
        thread.start()
    yield
    stop.set()
    for (_, record), thread in zip(made, threads, strict=True):
        record.ring()
        thread.join(30)
        assert not thread.is_alive()


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(path, json=body, headers={"Authorization": "Bearer token"})


def test_every_route_that_takes_a_device_refuses_one_that_is_not_here(
    adapters: Adapters, settings: Settings, client: Client, working: None
) -> None:
    project = post(client, "/v1/projects", **REST["/v1/projects"]).get_json()["id"]

    for path in taking_a_device(adapters, settings):
        answer = post(client, path.replace("{project_id}", project), **REST[path], device="FPGA")
        told = answer.get_json(force=True)
        assert (answer.status_code, told["type"]) == (422, "urn:workbench:problem:device-not-here"), (path, told)
        assert told["detail"].startswith("device: 'FPGA' cannot be used here; there are CPU"), path
    assert len(adapters.record("profiler").list("target", "a", limit=9).items) == 1  # seen once for all
    # The look itself has told what it saw a moment before its job has ended.
    until(lambda: all(adapters.record(service).active() == 0 for service, _, _ in SERVICES), 60)


def taking_a_device(adapters: Adapters, settings: Settings) -> list[str]:
    document = merged_openapi(adapters, settings)
    bodies = {
        path: verbs["post"]["requestBody"]["content"].get("application/json", {}).get("schema", {})
        for path, verbs in document["paths"].items()
        if "requestBody" in verbs.get("post", {})
    }
    schemas = document["components"]["schemas"]
    found = [
        path
        for path, body in bodies.items()
        if "device" in schemas.get(body.get("$ref", "").rpartition("/")[2], {}).get("properties", {})
    ]
    assert sorted(found) == sorted(REST)
    return found


def test_a_device_that_was_not_here_ten_minutes_ago_is_looked_for_anew(
    adapters: Adapters, client: Client, working: None
) -> None:
    here.tell(adapters.store, {"devices": [{"name": "GPU"}], "absent": []}, time.time() - KEPT_S - 1)

    assert post(client, "/v1/profiles", model_id="m", device="FPGA").status_code == 422
    until(lambda: "CPU" in getattr(here.told(adapters.store), "devices", ()), 60)


def test_what_was_seen_lately_is_not_looked_for_again(adapters: Adapters, client: Client) -> None:
    here.tell(adapters.store, {"devices": [{"name": "GPU.0"}], "absent": []}, time.time())

    assert post(client, "/v1/evaluations", **REST["/v1/evaluations"], device="NPU").status_code == 422
    assert post(client, "/v1/profiles", model_id="m", device="GPU").status_code == 202
    assert not adapters.record("profiler").list("target", "a", limit=9).items
