"""One request brings a model and converts it: the registry's job, then the converter's, each with its own outcome."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import onnx
import pytest
import yaml
from fresh import embedded
from onnx import TensorProto, helper
from source_server import SourceServer, source_server
from werkzeug.test import Client
from workbench.converter.worker import create_worker as converter
from workbench.model_registry.worker import create_worker as registry
from workbench.standalone.mount import Front
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import load

Ask = Callable[..., tuple[int, dict[str, Any]]]
ARGUMENTS = ["--input_model=$dl_dir/net.onnx", "--mean_values=data[10,20,30]", "--scale_values=[2]", "--output=out"]


@pytest.fixture
def source() -> Iterator[SourceServer]:
    """A zoo of one model: what it is given, as pictures of 3 channels, goes through two ReLUs."""
    tensors = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, 8, 8]) for name in ("data", "last")]
    nodes = [helper.make_node("Relu", ["data"], ["out"]), helper.make_node("Relu", ["out"], ["last"])]
    model = helper.make_model(
        helper.make_graph(nodes, "g", tensors[:1], tensors[1:]),
        ir_version=8,
        opset_imports=[helper.make_opsetid("", 13)],
    )
    onnx.checker.check_model(model)
    content = model.SerializeToString()
    with source_server() as server:
        url = server.hold("/net.onnx", content)
        file = {"name": "net.onnx", "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "source": url}
        said = {
            "description": "A net.",
            "task_type": "classification",
            "framework": "onnx",
            "files": [file],
            "model_optimizer_args": ARGUMENTS,
            "input_info": [{"name": "data", "layout": "NCHW"}],
        }
        server.hold("/models/public/net/model.yml", yaml.safe_dump(said).encode(), kind="text/plain")
        yield server


@pytest.fixture
def ask(tmp_path: Path, source: SourceServer) -> Iterator[Ask]:
    """Every API, and the workers of the two services."""
    settings = load({"WORKBENCH_HOME": str(tmp_path / "home"), "WORKBENCH_ZOO_URL": source.url("")})
    adapters, stop = embedded(tmp_path / "home"), threading.Event()
    write_token(adapters.store, "token", Identity("a", "member"), "test")
    client = Client(Front(adapters, settings))
    workers = [threading.Thread(target=make(adapters, settings).run, args=(stop,)) for make in (registry, converter)]
    for worker in workers:
        worker.start()

    def send(method: str, path: str, **content: Any) -> tuple[int, dict[str, Any]]:
        answer = client.open(f"/v1/{path}", method=method, headers={"Authorization": "Bearer token"}, **content)
        return answer.status_code, json.loads(answer.text)

    yield send
    stop.set()
    for service, worker in zip(("model-registry", "converter"), workers, strict=True):
        adapters.record(service).ring()
        worker.join(30)
    adapters.close()


def ended(ask: Ask, path: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        _, view = ask("GET", path)
        if view.get("finished_at"):
            return view
        time.sleep(0.05)
    raise AssertionError(view)


def test_a_model_of_the_zoo_is_brought_and_converted_with_the_zoo_s_arguments(ask: Ask) -> None:
    status, answer = ask("POST", "models/downloads", json={"source": "zoo:net", "convert": {"precision": "FP32"}})

    assert status == 202, answer
    model = ended(ask, f"models/{answer['id']}")
    assert (model["state"], model["conversion_id"]) == ("succeeded", answer["conversion_id"])
    conversion = ended(ask, f"conversions/{answer['conversion_id']}")
    assert conversion["state"] == "succeeded", conversion["error"]
    assert conversion["parents"] == [model["id"]]
    assert conversion["request"]["inputs"]["data"]["mean"] == [10.0, 20.0, 30.0]
    facts = conversion["facts"]
    assert facts["built_in"][0]["scale"] == [2.0, 2.0, 2.0]
    assert (facts["precision"], [tensor["name"] for tensor in facts["outputs"]]) == ("FP32", ["out"])


def test_what_a_conversion_cannot_do_is_told_at_the_conversion_and_the_model_is_there(ask: Ask) -> None:
    wanted = {"inputs": {"dat": {"layout": "NCHW"}}}
    _, answer = ask("POST", "models/downloads", json={"source": "zoo:net", "convert": wanted})

    assert ended(ask, f"models/{answer['id']}")["state"] == "succeeded"
    conversion = ended(ask, f"conversions/{answer['conversion_id']}")
    assert (conversion["state"], conversion["error"]["detail"]) == (
        "failed",
        "inputs.dat: the model has no such input; it has data.",
    )
    _, again = ask("POST", "conversions", json={**conversion["request"], "inputs": {}})
    assert ended(ask, f"conversions/{again['id']}")["state"] == "succeeded"


def test_what_no_conversion_takes_is_refused_before_anything_is_brought(ask: Ask, source: SourceServer) -> None:
    status, problem = ask(
        "POST",
        "models/downloads",
        json={"source": "zoo:net", "convert": {"precision": "FP8", "inputs": {"data": {"mean": "x"}}}},
    )

    assert status == 422
    assert "convert.precision" in problem["detail"]
    assert source.asked == []


def test_a_model_that_is_not_to_be_converted_is_not(ask: Ask) -> None:
    _, answer = ask("POST", "models/downloads", json={"source": "zoo:net"})

    assert ended(ask, f"models/{answer['id']}")["state"] == "succeeded"
    assert "conversion_id" not in answer
    assert ask("GET", "conversions")[1]["items"] == []


FORM = "multipart/form-data"


def uploaded(source: SourceServer, **fields: str) -> dict[str, Any]:
    """A form with the net, and what is said beside it."""
    content = source.held["/net.onnx"].content
    return {"files": (io.BytesIO(content), "net.onnx"), **fields}


def test_an_upload_is_converted_by_the_same_request(ask: Ask, source: SourceServer) -> None:
    convert = {"precision": "FP32", "inputs": {"data": {"layout": "NCHW", "mean": [1, 2, 3]}}, "outputs": ["out"]}
    form = uploaded(source, convert=json.dumps(convert))

    status, answer = ask("POST", "models", data=form, content_type=FORM)

    assert status == 202, answer
    model = ended(ask, f"models/{answer['id']}")
    assert (model["state"], model["conversion_id"]) == ("succeeded", answer["conversion_id"])
    conversion = ended(ask, f"conversions/{answer['conversion_id']}")
    assert conversion["state"] == "succeeded", conversion["error"]
    assert conversion["parents"] == [model["id"]]
    assert conversion["facts"]["built_in"][0]["mean"] == [1.0, 2.0, 3.0]
    assert [tensor["name"] for tensor in conversion["facts"]["outputs"]] == ["out"]


def test_an_upload_in_parts_is_converted_by_its_declaration(ask: Ask, source: SourceServer) -> None:
    content = uploaded(source)["files"][0].read()
    files = [{"name": "net.onnx", "size_bytes": len(content)}]
    status, declared = ask("POST", "models/uploads", json={"files": files, "convert": {}})
    assert status == 201, declared
    [part] = declared["files"][0]["parts"]
    assert ask("PUT", part["url"].partition("/v1/")[2], data=content)[0] == 200

    _, answer = ask("POST", f"models/uploads/{declared['id']}/complete", json={})

    assert ended(ask, f"models/{answer['id']}")["state"] == "succeeded"
    conversion = ended(ask, f"conversions/{answer['conversion_id']}")
    assert (conversion["state"], conversion["request"]["precision"]) == ("succeeded", "FP16"), conversion["error"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("{", "convert: Must be a JSON object"),
        ("[" * 100_000, "convert: Must be a JSON object"),
        ("3", "convert"),
        ('{"precision": "FP8"}', "convert.precision: Must be one of FP32, FP16"),
        ('{"inputs": {"data": {"mean": [NaN]}}}', "convert.inputs.data.mean"),
        ('{"batch": 1' + "0" * 5000 + "}", "convert"),
    ],
)
def test_what_no_conversion_takes_is_refused_beside_an_upload(
    ask: Ask, source: SourceServer, said: str, words: str
) -> None:
    status, problem = ask("POST", "models", data=uploaded(source, convert=said), content_type=FORM)

    assert (status, words in problem["detail"]) == (422, True), problem
    assert ask("GET", "models")[1]["items"] == []
