"""Programs exported by PyTorch: what is hidden in them never runs, whether it is found by us or left out."""

from __future__ import annotations

import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import exported_programs
import numpy as np
import openvino as ov
import pytest
from workbench.ir import BrokenModel, UnsafeFile, exported_program
from workbench.ir.environments import EnvironmentMissing, NotConverted
from workbench.model_registry import scan
from workbench.model_registry.values import NotTaken
from workbench.runner.core import Refusal, Run

Refused = Callable[[], Refusal]
Entries = dict[str, bytes]
GRAPH, WEIGHTS = "models/model.json", "data/weights/model_weights_config.json"
CONSTANTS, SAMPLES = "data/constants/model_constants_config.json", "data/sample_inputs/model.pt"


class Touches:
    """A pickle that leaves a file where it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.fixture
def program(at_hand: Path | None) -> Entries:
    """Every entry of a real program by its name below its folder, or of one written by hand."""
    if at_hand is None:
        return exported_programs.entries()
    models = at_hand / "models"
    with zipfile.ZipFile(models / "tiny_vit_digits" / "tiny_vit_digits.pt2") as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def harm(tmp_path: Path) -> Path:
    """A file that is there as soon as something hidden has run."""
    return tmp_path / "harm"


def lay(upload: Path, entries: Entries) -> None:
    with zipfile.ZipFile(upload / "net.pt2", "w") as archive:
        for name, data in entries.items():
            archive.writestr(f"net/{name}", data)


def changed(entries: Entries, name: str, change: Callable[[dict[str, Any]], None]) -> Entries:
    document = json.loads(entries[name])
    change(document)
    return {**entries, name: json.dumps(document).encode()}


def payload(**values: Any) -> dict[str, Any]:
    return {"path_name": "weight_0", "is_param": False, "use_pickle": False, "tensor_meta": None, **values}


def test_a_pickle_for_sample_inputs_is_left_out(program: Entries, upload: Path, harm: Path, tmp_path: Path) -> None:
    lay(upload, {**program, SAMPLES: pickle.dumps(Touches(harm))})

    with zipfile.ZipFile(exported_program.copy(upload / "net.pt2", "net.pt2", tmp_path)) as made:
        assert made.read(f"model/{SAMPLES}") == b""
        assert b"touch" not in b"".join(made.read(name) for name in made.namelist())
    assert not harm.exists()


HIDDEN: dict[str, tuple[str, Callable[[dict[str, Any]], None]]] = {
    "weights": (WEIGHTS, lambda config: config["config"]["cls_token"].update(use_pickle=True)),
    "weights by another name": (WEIGHTS, lambda config: config["config"]["cls_token"].update(path_name="../evil")),
    "a constant": (CONSTANTS, lambda config: config["config"].update(x=payload(path_name="tensor_0", use_pickle=True))),
    "an object": (CONSTANTS, lambda config: config["config"].update(x=payload(path_name="opaque_obj_0"))),
    "an object of C++": (CONSTANTS, lambda config: config["config"].update(x=payload(path_name="custom_obj_0"))),
}


@pytest.mark.parametrize("what", HIDDEN)
def test_a_pickle_among_its_numbers_is_refused_unread(
    what: str, program: Entries, upload: Path, refusal: Refused, harm: Path
) -> None:
    evil = pickle.dumps(Touches(harm))
    hidden = {
        "data/weights/weight_0": evil,
        "data/constants/tensor_0": evil,
        "data/constants/opaque_obj_0": evil,
        "data/constants/custom_obj_0": evil,
        "data/weights/evil": evil,
    }
    lay(upload, changed({**program, **hidden}, *HIDDEN[what]))

    refused = refusal()

    assert isinstance(refused, UnsafeFile)
    assert "is a pickle, which loading it would run; nothing of it was. Save it again: `torch.export" in str(refused)
    assert not harm.exists()


def first_size(graph: dict[str, Any], size: dict[str, Any]) -> None:
    graph["graph_module"]["graph"]["tensor_values"]["x"]["sizes"][0] = size


def first_operation(graph: dict[str, Any], target: str) -> None:
    graph["graph_module"]["graph"]["nodes"][0]["target"] = target


def structure(graph: dict[str, Any], kind: str) -> None:
    graph["graph_module"]["module_call_graph"][0]["signature"]["in_spec"] = json.dumps([1, {"type": kind}])


@pytest.mark.parametrize(
    "change",
    [
        lambda graph: first_size(graph, {"as_expr": {"expr_str": "exec('import os')", "hint": None}}),
        lambda graph: first_size(graph, {"as_expr": {"expr_str": "s0.__class__", "hint": None}}),
        lambda graph: first_size(graph, {"as_expr": {"expr_str": "eval(chr(49))", "hint": None}}),
        lambda graph: first_operation(graph, "torch.serialization.os.system"),
        lambda graph: first_operation(graph, "torch.ops.load_library"),
        lambda graph: first_operation(graph, "torch.ops.aten.from_file.default"),
        lambda graph: first_operation(graph, "torch.ops.aten.__class__"),
        lambda graph: first_operation(graph, "torch.ops.aten._dir.clear"),
        lambda graph: first_operation(graph, "_operator.methodcaller"),
        lambda graph: first_operation(graph, "#anything.at.all"),
        lambda graph: structure(graph, "collections.defaultdict"),
    ],
    ids=[
        "code",
        "attribute",
        "call",
        "a function",
        "a library",
        "a file",
        "a type",
        "a list",
        "a method",
        "an extension",
        "a class",
    ],
)
def test_what_pytorch_would_evaluate_or_call_is_refused(
    change: Callable[[dict[str, Any]], None], program: Entries, upload: Path, refusal: Refused
) -> None:
    lay(upload, changed(program, GRAPH, change))

    assert isinstance(refusal(), UnsafeFile)


def test_guards_and_metadata_are_left_out_and_compiled_code_is_refused(
    program: Entries, upload: Path, refusal: Refused, tmp_path: Path
) -> None:
    lay(upload, changed(program, GRAPH, lambda graph: graph.update(guards_code=["evil()"])))
    with zipfile.ZipFile(exported_program.copy(upload / "net.pt2", "net.pt2", tmp_path)) as made:
        text = made.read("model/models/model.json")
    assert b"evil" not in text
    assert b"stack_trace" not in text

    lay(upload, {**program, "data/aotinductor/model/evil.so": b"\x7fELF"})
    assert "it holds compiled code" in str(refusal())


@pytest.mark.parametrize("name", ["_assert_tensor_metadata.default", "_softmax.default", "relu.default"])
def test_pytorch_s_own_operations_are_kept_those_for_its_inside_too(
    name: str, program: Entries, upload: Path, tmp_path: Path
) -> None:
    target = f"torch.ops.aten.{name}"
    lay(upload, changed(program, GRAPH, lambda graph: first_operation(graph, target)))

    with zipfile.ZipFile(exported_program.copy(upload / "net.pt2", "net.pt2", tmp_path)) as made:
        assert target in made.read("model/models/model.json").decode()


def test_open_sizes_are_no_code(program: Entries, upload: Path, tmp_path: Path) -> None:
    lay(
        upload,
        changed(
            program,
            GRAPH,
            lambda graph: first_size(graph, {"as_expr": {"expr_str": "Max(1, s77)*FloorDiv(s1 + 1, 2)", "hint": None}}),
        ),
    )

    assert exported_program.copy(upload / "net.pt2", "net.pt2", tmp_path).is_file()
    assert exported_program.described(upload / "net.pt2", "net.pt2")["inputs"] == [
        {"name": "x", "shape": [-1, 1, 32, 32]}
    ]


def without(program: Entries, gone: str) -> Entries:
    return {name: data for name, data in program.items() if name != gone}


@pytest.mark.parametrize(
    ("break_", "words"),
    [
        (lambda program: without(program, "data/weights/weight_3"), "weight_3 is missing"),
        (lambda program: without(program, WEIGHTS), "model_weights_config.json is missing"),
        (lambda program: {**program, GRAPH: program[GRAPH][:1000]}, "no JSON that can be read"),
        (lambda program: {**program, GRAPH: b"[" * 100_000}, "no JSON that can be read"),
        (lambda program: {**program, "models/other.json": b"{}"}, "it holds 2 programs"),
    ],
)
def test_a_damaged_program_is_told_with_its_part(
    break_: Callable[[Entries], Entries], words: str, program: Entries, upload: Path, refusal: Refused
) -> None:
    lay(upload, break_(program))

    refused = refusal()

    assert isinstance(refused, BrokenModel)
    assert words in str(refused)


def test_an_older_program_keeps_its_weights_in_a_pickle_and_is_refused(upload: Path, refusal: Refused) -> None:
    with zipfile.ZipFile(upload / "net.pt2", "w") as archive:
        archive.writestr("serialized_exported_program.json", b"{}")
        archive.writestr("serialized_state_dict.pt", b"")

    refused = refusal()

    assert isinstance(refused, NotTaken)
    assert "as PyTorch exported it before 2.8" in str(refused)


def test_without_the_environment_it_is_scanned_and_told_what_to_install(
    program: Entries, upload: Path, refusal: Refused, nowhere: None
) -> None:
    lay(upload, program)
    assert isinstance(refusal(), EnvironmentMissing)

    (upload.parents[1] / "spec.json").write_text("{}")
    told = scan.run(Run(upload.parents[1]))

    assert (told["readable"], told["format"], told["producer"]) == (False, "pytorch", "pytorch")
    assert "The program takes x [1, 1, 32, 32] and gives linear_16 [1, 10]." in told["reason"]
    assert "Run `workbench environments install torch`" in told["reason"]


def test_a_real_program_computes_what_its_onnx_form_does(
    torch_apart: None,
    models: Path,
    program: Entries,
    upload: Path,
    harm: Path,
    imported: Callable[[], Any],
    converted: Callable[..., Any],
) -> None:
    lay(upload, {**program, SAMPLES: pickle.dumps(Touches(harm))})
    picture = np.random.default_rng(0).random((1, 1, 32, 32), np.float32)

    source = imported()
    facts, written = converted("model.pt2")
    outputs = [
        ov.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(picture)[0]
        for path in (written, models / "tiny_vit_digits" / "tiny_vit_digits.onnx")
    ]

    assert (source["format"], source["inputs"][0]["name"], source["inputs"][0]["shape"]) == (
        "pytorch",
        "x",
        [1, 1, 32, 32],
    )
    assert np.abs(outputs[0] - outputs[1]).max() < 1e-4
    checked = facts["conversion"]["checked"]
    assert (checked["verdict"], checked["runtime"]["name"]) == ("alike", "torch")
    assert not harm.exists()


def test_weights_of_another_size_are_refused_by_pytorch(
    torch_apart: None, shared: Path, program: Entries, upload: Path, refusal: Refused
) -> None:
    lay(upload, {**program, "data/weights/weight_6": program["data/weights/weight_7"]})

    assert isinstance(refusal(), NotConverted)
