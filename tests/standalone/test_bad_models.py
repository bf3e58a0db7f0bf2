"""What is wrong with a model is told in the words of where the person is: over HTTP and by the command line alike.

One workbench for all of it; each case is a line of a table.
"""

from __future__ import annotations

import hashlib
import pickle
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import onnx
import pytest
from keras_files import archive, running_code
from onnx import TensorProto, helper, numpy_helper
from packing import bomb, zipped
from source_server import SourceServer, source_server
from workbench.client import Client
from workbench.client.cli.readers import is_id
from workbench.client.errors import JobFailed
from workbench.runner.environments import beside_us, interpreter_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
Files = dict[str, bytes]


def graph(
    nodes: list[onnx.NodeProto],
    kind: int = TensorProto.FLOAT,
    shape: Any = (1, 3, 8, 8),
    constants: dict[str, Any] | None = None,
) -> bytes:
    """From ``x`` to ``y``."""
    made = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", kind, shape)],
        [helper.make_tensor_value_info("y", kind, None)],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in (constants or {}).items()],
    )
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid("my.company", 1)]
    data: bytes = helper.make_model(made, opset_imports=opsets, ir_version=8).SerializeToString()
    return data


def weights_apart() -> bytes:
    """A product with a matrix that lies in w.bin."""
    model = onnx.load_from_string(
        graph([helper.make_node("MatMul", ["x", "w"], ["y"])], constants={"w": np.eye(8, dtype=np.float32)})
    )
    [matrix] = model.graph.initializer
    matrix.ClearField("raw_data")
    matrix.data_location = TensorProto.EXTERNAL
    matrix.external_data.add(key="location", value="w.bin")
    data: bytes = model.SerializeToString()
    return data


class Harm:
    """Leaves a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self._path,)


RELU = graph([helper.make_node("Relu", ["x"], ["y"])])
IR_XML = b"""<net name="g" version="11"><layers>
<layer id="0" name="x" type="Parameter" version="opset1"><data shape="1,4" element_type="f32"/>
<output><port id="0" precision="FP32"><dim>1</dim><dim>4</dim></port></output></layer>
<layer id="1" name="w" type="Const" version="opset1"><data element_type="f32" shape="1,4" offset="0" size="16"/>
<output><port id="0" precision="FP32"><dim>1</dim><dim>4</dim></port></output></layer>
<layer id="2" name="y" type="Add" version="opset1"><data auto_broadcast="numpy"/>
<input><port id="0"><dim>1</dim><dim>4</dim></port><port id="1"><dim>1</dim><dim>4</dim></port></input>
<output><port id="2" precision="FP32"><dim>1</dim><dim>4</dim></port></output></layer>
<layer id="3" name="r" type="Result" version="opset1">
<input><port id="0"><dim>1</dim><dim>4</dim></port></input></layer>
</layers><edges><edge from-layer="0" from-port="0" to-layer="2" to-port="0"/>
<edge from-layer="1" from-port="0" to-layer="2" to-port="1"/>
<edge from-layer="2" from-port="2" to-layer="3" to-port="0"/></edges></net>"""
# The upload, and what is said of it: the file, what is the matter, and what would do.
BAD: dict[str, tuple[Files, tuple[str, ...]]] = {
    "an IR without its weights": ({"net.xml": IR_XML}, ("net.xml", "net.bin")),
    "an ONNX file without its weights": ({"net.onnx": weights_apart()}, ("net.onnx", "w.bin")),
    "two models in one archive": ({"nets.zip": zipped({"a.onnx": RELU, "b/c.onnx": RELU})}, ("a.onnx", "b/c.onnx")),
    "an archive bomb": ({"net.tgz": bomb("net.onnx")}, ("net.tgz", "bomb")),
    "a custom layer": (
        {"net.onnx": graph([helper.make_node("Swoosh", ["x"], ["y"], domain="my.company")])},
        ("net.onnx", "my.company.Swoosh"),
    ),
    "weights that do not fit": ({"net.xml": IR_XML, "net.bin": bytes(12)}, ("net.bin", "12")),
    "weights of another matrix": ({"net.onnx": weights_apart(), "w.bin": bytes(16)}, ("net.onnx", "'w'")),
    "more memory than there may be": (
        {"net.onnx": graph([helper.make_node("Relu", ["x"], ["y"])], shape=(1, 3, 10**6, 10**6))},
        ("net.onnx", "at most 8 GiB"),
    ),
}


@dataclass(frozen=True)
class Anywhere:
    """The workbench of this module, over HTTP and by its command line."""

    bench: Any
    client: Client
    url: str
    token: str
    folder: Path

    def over_http(self, files: Files) -> dict[str, Any]:
        """The problem of the job that looks at an upload."""
        parts = [("files", (name, data)) for name, data in files.items()]
        answer = httpx.post(
            f"{self.url}/v1/models", files=parts, timeout=60, headers={"Authorization": f"Bearer {self.token}"}
        )
        return self.failed(answer.json()["id"])

    def failed(self, job_id: str) -> dict[str, Any]:
        """The problem of a job that fails."""
        with pytest.raises(JobFailed) as failed:
            self.client.models.wait(job_id)
        return failed.value.problem

    def by_command(self, files: Files) -> str:
        """What the command line says of the same upload."""
        folder = self.folder / str(time.monotonic_ns())
        folder.mkdir()
        for name, data in files.items():
            (folder / name).write_bytes(data)
        return self.said("models", "create", next(folder.iterdir()) if len(files) == 1 else folder, "--wait")

    def said(self, *words: Any) -> str:
        """What a command that fails says: before it has sent anything (2), or of a job that has failed (3)."""
        done = self.bench.run(*words)
        assert done.returncode in (2, 3), done.stdout
        assert "Traceback" not in done.stdout
        return " ".join(done.stdout.split())


@pytest.fixture(scope="module")
def hub() -> Iterator[SourceServer]:
    with source_server() as server:
        yield server


@pytest.fixture(scope="module")
def anywhere(workbench_with: Any, hub: SourceServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Anywhere]:
    bench = workbench_with(
        {
            "WORKBENCH_SOURCE_HOSTS": f"127.0.0.1:{hub.port}",
            "WORKBENCH_HUGGINGFACE_URL": hub.url(""),
            "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
            "PIP_RETRIES": "0",
            "PIP_NO_CACHE_DIR": "1",
        }
    )
    bench.run("models", "list")
    token = (bench.home / "token").read_text().strip()
    client = Client.embedded(bench.home)
    yield Anywhere(bench, client, client.base_url, token, tmp_path_factory.mktemp("bad"))
    client.close()


@pytest.mark.parametrize("what", BAD)
def test_what_is_wrong_with_an_upload_is_told_over_http_and_by_the_command_line(anywhere: Anywhere, what: str) -> None:
    files, words = BAD[what]

    problem = anywhere.over_http(files)
    said = anywhere.by_command(files)

    assert problem["status"] < 500, problem
    for word in words:
        assert word in problem["detail"]
        assert word in said


def test_a_pickle_is_told_with_the_lines_that_export_and_never_loaded(anywhere: Anywhere) -> None:
    harm = anywhere.folder / "harm"
    files = {"net.pt": pickle.dumps(Harm(harm))}

    for said in (anywhere.over_http(files)["detail"], anywhere.by_command(files)):
        assert "net.pt" in said
        assert "torch.onnx.export(model" in said
    assert not harm.exists()


@pytest.fixture
def keras() -> None:
    """The environment."""
    if not interpreter_of(beside_us() / "keras").exists():
        pytest.skip("the environment keras is not installed: `make test-environments` does it")


def test_a_lambda_layer_of_keras_is_told_and_never_run(keras: None, anywhere: Anywhere) -> None:
    harm = anywhere.folder / "harm of Keras"
    files = {"net.keras": archive(running_code(harm))}

    for said in (anywhere.over_http(files)["detail"], anywhere.by_command(files)):
        assert "it holds code (a Lambda layer), which is never run here" in said
    assert not harm.exists()


def endless() -> bytes:
    """A loop of constants alone, which whoever works out what can be worked out beforehand never leaves."""
    value = {
        name: helper.make_tensor_value_info(name, kind, shape)
        for name, kind, shape in (
            ("i", TensorProto.INT64, []),
            ("c", TensorProto.BOOL, []),
            ("v", TensorProto.FLOAT, [1]),
            ("d", TensorProto.BOOL, []),
            ("w", TensorProto.FLOAT, [1]),
        )
    }
    steps = [helper.make_node("Identity", ["c"], ["d"]), helper.make_node("Add", ["v", "v"], ["w"])]
    body = helper.make_graph(steps, "body", [value["i"], value["c"], value["v"]], [value["d"], value["w"]])
    nodes = [helper.make_node("Loop", ["n", "yes", "k"], ["z"], body=body), helper.make_node("Add", ["x", "z"], ["y"])]
    return graph(nodes, constants={"n": np.int64(2**62), "yes": np.bool_(True), "k": np.ones(1, np.float32)})


def test_a_loop_without_end_holds_nobody_up_who_asks_what_a_model_is(anywhere: Anywhere) -> None:
    path = anywhere.folder / "endless.onnx"
    path.write_bytes(endless())

    by_command = anywhere.bench.run("models", "create", path, "--wait", timeout_s=100)
    by_http = anywhere.client.models.wait(anywhere.client.models.upload(path, name="endless")["id"])

    assert by_command.returncode == 0, by_command.stdout
    assert by_http["facts"]["inputs"][0]["name"] == "x"


HUBS: dict[str, Callable[[SourceServer], tuple[str, str]]] = {
    "a web page": lambda hub: (hub.hold("/page.onnx", b"<html>", kind="text/html"), "a web page came instead"),
    "other bytes": lambda hub: (hub.hold("/other.onnx", b"other"), "its SHA256 is"),
    "nonsense": lambda hub: (hub.hold("/api/models/o/m/revision/main", [1]) and "hf:o/m", "is not what a hub says"),
}


@pytest.mark.parametrize("what", HUBS)
def test_a_source_that_answers_nonsense_is_told(anywhere: Anywhere, hub: SourceServer, what: str) -> None:
    source, words = HUBS[what](hub)
    digest = {} if source.startswith("hf:") else {"sha256": hashlib.sha256(RELU).hexdigest()}

    problem = anywhere.failed(anywhere.client.models.bring(source, **digest)["id"])
    said = anywhere.said("models", "create", source, *(("--sha256", digest["sha256"]) if digest else ()), "--wait")

    assert words in problem["detail"]
    assert words in said


def quantized() -> bytes:
    """A convolution between QuantizeLinear and DequantizeLinear."""
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["d"]),
        helper.make_node("DequantizeLinear", ["w", "t", "o"], ["v"]),
        helper.make_node("Conv", ["d", "v"], ["y"]),
    ]
    return graph(
        nodes,
        constants={
            "w": np.ones((8, 3, 3, 3), np.int8),
            "s": np.float32(1 / 255),
            "z": np.uint8(0),
            "t": np.float32(0.01),
            "o": np.int8(0),
        },
    )


def test_a_model_that_is_int8_already_is_taken_and_not_calibrated(anywhere: Anywhere) -> None:
    path = anywhere.folder / "quantized.onnx"
    path.write_bytes(quantized())
    client = anywhere.client
    model = client.models.wait(client.models.upload(path, name="quantized")["id"])
    images = client.datasets.wait(client.datasets.generate(count=2, width=8, height=8)["id"])
    wanted = {"model_id": model["id"], "overrides": {"task": "generic"}}
    recipe = client.recipes.wait(client.recipes.create(wanted)["id"])

    assert model["facts"]["precision"] == "INT8"
    request = {"model_id": model["id"], "dataset_id": images["id"], "recipe_id": recipe["id"]}
    answer = httpx.post(
        f"{anywhere.url}/v1/calibrations",
        json=request,
        timeout=60,
        headers={"Authorization": f"Bearer {anywhere.token}"},
    )
    done = anywhere.bench.run("calibrations", "create", model["id"], images["id"], "--recipe", recipe["id"])
    assert answer.status_code == 422, answer.text
    assert "the model is INT8 already" in answer.json()["detail"]
    assert done.returncode != 0
    assert "the model is INT8 already" in done.stdout


@pytest.mark.parametrize(("kind", "told"), [(TensorProto.INT64, "i64"), (TensorProto.STRING, "string")])
def test_inputs_that_are_no_floats_are_taken_and_told(anywhere: Anywhere, kind: int, told: str) -> None:
    path = anywhere.folder / f"net{kind}.onnx"
    path.write_bytes(graph([helper.make_node("Identity", ["x"], ["y"])], kind))

    by_http = anywhere.client.models.wait(anywhere.client.models.upload(path, name=path.stem)["id"])
    by_command = anywhere.bench.run("models", "create", path, "--wait")

    assert by_http["facts"]["inputs"][0]["element_type"] == told
    assert by_command.returncode == 0, by_command.stdout
    [id] = [word for word in by_command.stdout.split() if is_id(word)]
    assert told in anywhere.bench.run("models", "show", id).stdout


def test_an_environment_that_is_missing_without_a_network_is_told_with_what_to_install(anywhere: Anywhere) -> None:
    if interpreter_of(beside_us() / "keras").exists():
        pytest.skip("the environment keras is installed beside the libraries, so it cannot be missing")
    files = {"net.h5": b"\x89HDF\r\n\x1a\n" + bytes(100)}

    problem = anywhere.over_http(files)
    said = anywhere.by_command(files)

    assert problem["detail"] == (
        "The environment keras is not installed and was not made: the package index was not reached. Run "
        "`workbench environments install keras`."
    )
    assert "workbench environments install keras" in said


def test_nothing_is_left_of_what_failed(anywhere: Anywhere) -> None:
    deadline = time.monotonic() + 60
    while left := [*anywhere.bench.home.glob("store/teams/*/uploads/*/*"), *anywhere.bench.home.glob("work/*/*")]:
        assert time.monotonic() < deadline, left
        time.sleep(0.2)
