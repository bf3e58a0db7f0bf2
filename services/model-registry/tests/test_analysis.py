"""The analysis of a model: begun by who asks first, kept with the model, gone with it; its layers by pages."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from at_work import at_work
from flask.testing import FlaskClient
from fresh import embedded
from openvino import opset13 as op
from workbench.jobs import Adapters, State
from workbench.model_registry import analyse
from workbench.model_registry.app import create_app
from workbench.model_registry.supported import custom
from workbench.model_registry.worker import create_worker
from workbench.store import File, Keys, Manifest
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import Settings, load

LENGTH = 30


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({"WORKBENCH_HOME": str(tmp_path / "home")})


@pytest.fixture
def adapters(tmp_path: Path) -> Iterator[Adapters]:
    """Two teams; the first has the model ``m``, a convolution and a chain of activations."""
    made = embedded(tmp_path / "home")
    for team in ("a", "b"):
        write_token(made.store, f"token-{team}", Identity(team, "admin"), team)
    ov.save_model(chain(), tmp_path / "model.xml")
    files = []
    for path in (tmp_path / "model.xml", tmp_path / "model.bin"):
        digest, size = made.store.put_stream("x", io.BytesIO(path.read_bytes()))
        made.store.copy("x", Keys("a").blob(digest))
        files.append(File(path.name, digest, size))
    manifest = Manifest("model", "m", "a", "", tuple(files), {"format": "ir", "main_file": "model.xml"})
    made.record("model-registry").index("model", manifest, "m")
    made.store.put(Keys("a").manifest("model", "m"), manifest.text().encode())
    yield made
    made.close()


@pytest.fixture
def client(adapters: Adapters, settings: Settings) -> FlaskClient:
    client = create_app(adapters, settings).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer token-a"
    return client


@pytest.fixture
def working(adapters: Adapters, settings: Settings) -> Iterator[None]:
    """A worker beside the API."""
    with at_work(create_worker(adapters, settings)):
        yield


@pytest.mark.usefixtures("working")
def test_the_first_who_asks_begins_it_and_all_get_the_same(client: FlaskClient) -> None:
    begun = answered(client, "analysis")
    layers = answered(client, "layers?limit=10&type=Relu")
    analysis = answered(client, "analysis")

    assert analysis["id"] == begun["id"]
    facts = analysis["facts"]
    assert facts["arithmetic"]["gflops"] == 2 * 6912 / 1e9
    assert facts["parameters"] == 108
    assert facts["operations"]["Relu"] == LENGTH
    assert facts["devices"] == [{"device": "CPU", "runs": True, "unsupported": [], "reason": None}]
    assert (facts["custom"], facts["dynamic"]) == ([], [])
    assert (layers["matching"], layers["total"], len(layers["items"])) == (LENGTH, LENGTH + 3, 10)
    second = answered(client, f"layers?limit=500&type=Relu&cursor={layers['next_cursor']}")
    assert len(second["items"]) == LENGTH - 10
    assert second["next_cursor"] is None
    graph = answered(client, "graph?limit=5")
    assert (graph["collapsed"], graph["whole"], graph["note"]) == (True, True, "33 layers as 5 runs in execution order")
    near = answered(client, "graph?around=relu4&depth=1")
    assert [node["name"] for node in near["nodes"]] == ["relu3", "relu4", "relu5"]
    assert near["note"] == "3 of 33 layers"


@pytest.mark.usefixtures("working")
def test_it_goes_with_its_model(client: FlaskClient, adapters: Adapters) -> None:
    answered(client, "layers")
    id = answered(client, "analysis")["id"]

    assert client.delete("/v1/models/m").status_code == 204

    assert adapters.record("model-registry").find(id) is None
    assert client.get("/v1/models/m/layers").status_code == 404


def test_a_model_may_be_deleted_while_it_waits_to_be_analysed(client: FlaskClient, adapters: Adapters) -> None:
    id = answered(client, "analysis")["id"]

    assert client.delete("/v1/models/m").status_code == 204

    assert adapters.record("model-registry").find(id) is None


def test_layers_that_are_not_there_in_time_are_asked_for_again(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.model_registry.begun._PATIENCE_S", 0.1)

    answer = client.get("/v1/models/m/layers")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "3"
    assert answer.get_json(force=True)["type"].endswith("not-analysed-yet")


def test_a_failed_one_is_told_and_tried_again_a_minute_later(
    client: FlaskClient, adapters: Adapters, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = answered(client, "analysis")["id"]
    jobs = adapters.record("model-registry")
    jobs.cancel("analysis", "a", first)

    refusal = client.get("/v1/models/m/layers")
    monkeypatch.setattr(time, "time", lambda now=time.time: now() + 61)
    again = answered(client, "analysis")

    assert refusal.status_code == 409
    assert "has cancelled" in refusal.get_json(force=True)["detail"]
    assert again["state"] == State.QUEUED


def test_it_is_nobody_elses(client: FlaskClient) -> None:
    client.environ_base["HTTP_AUTHORIZATION"] = "Bearer token-b"

    for what in ("analysis", "layers", "graph"):
        assert client.get(f"/v1/models/m/{what}").status_code == 404


@pytest.mark.usefixtures("working")
def test_what_cannot_be_asked_is_refused_by_its_name(client: FlaskClient) -> None:
    for asked, field in [
        ("layers?cursor=x", "cursor"),
        ("layers?limit=0", "limit"),
        ("layers?limit=501", "limit"),
        ("layers?serach=a", "serach"),
        ("layers?search=", "search"),
        ("graph?around=nobody", "around"),
        ("graph?first=99", "first"),
        ("graph?first=5&last=4", "first"),
        ("graph?depth=11", "depth"),
        ("graph?limit=1", "limit"),
    ]:
        answer = client.get(f"/v1/models/m/{asked}")

        assert answer.status_code == 422
        assert f"'{field}'" in str(answer.get_json(force=True)["errors"])


def test_an_operation_of_no_opset_is_custom() -> None:
    class Mine(ov.Op):
        def __init__(self, inputs: list[ov.Node]) -> None:
            super().__init__(self, inputs)
            self.constructor_validate_and_infer_types()

        def validate_and_infer_types(self) -> None:
            self.set_output_type(0, self.get_input_element_type(0), self.get_input_partial_shape(0))

    data = op.parameter([1, 4], ov.Type.f32)
    model = ov.Model([Mine([data])], [data], "custom")

    assert [each["type"] for each in custom(model.get_ordered_ops())] == ["Mine"]
    assert analyse.analysis(model)["devices"][0]["runs"] is not None


def chain() -> ov.Model:
    data = op.parameter([1, 3, 8, 8], ov.Type.f32, name="data")
    kernel = op.constant(np.linspace(-1, 1, 108, dtype=np.float32).reshape(4, 3, 3, 3))
    node = op.convolution(data, kernel, [1, 1], [1, 1], [1, 1], [1, 1])
    for number in range(LENGTH):
        node = op.relu(node)
        node.set_friendly_name(f"relu{number}")
    return ov.Model([node], [data], "chain")


def answered(client: FlaskClient, what: str) -> dict[str, Any]:
    answer = client.get(f"/v1/models/m/{what}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.get_json())
