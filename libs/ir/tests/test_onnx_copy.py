"""OpenVINO is given what protobuf read, and nothing else: no bytes of the user's, no place that we did not name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import openvino as ov
import pytest
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import ModelProto, TensorProto, helper, numpy_helper
from onnx.onnx_cpp2py_export import inliner
from onnx_mutants import mutant
from workbench import ir
from workbench.ir import onnx_copy, onnx_model
from workbench.runner.core import Refusal

TENSOR = TensorProto.DESCRIPTOR.full_name


def every_tensor(message: Message) -> Iterator[TensorProto]:
    """By looking into everything, unlike ours."""
    for field, value in message.ListFields():
        for part in value if field.is_repeated else [value]:
            if isinstance(part, TensorProto):
                yield part
            elif isinstance(part, Message):
                yield from every_tensor(part)


def external(model: ModelProto) -> list[dict[str, str]]:
    return [
        {entry.key: entry.value for entry in tensor.external_data}
        for tensor in every_tensor(model)
        if tensor.data_location == TensorProto.EXTERNAL
    ]


def as_cpp_reads_it(data: bytes) -> ModelProto | None:
    """By the C++ implementation, which OpenVINO has, too; None where it refuses."""
    try:
        return ModelProto.FromString(inliner.inline_selected_functions(data, [], False))
    except Exception:
        return None


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("places")
    (folder / "in" / "folder").mkdir(parents=True)
    (folder / "secret").write_bytes(bytes(128))
    for file in ("w.bin", "folder/v.bin"):
        (folder / "in" / file).write_bytes(np.eye(8, dtype=np.float32).tobytes()[:128])
    return folder


@settings(max_examples=600, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**64))
def test_whatever_the_spelling_ours_and_cpp_agree_on_every_place_or_the_model_is_refused(
    places: Path, seed: int
) -> None:
    data = mutant(Random(seed))
    (places / "in" / "net.onnx").write_bytes(data)
    out = places / f"out-{seed}"
    out.mkdir()
    try:
        written = onnx_copy.copy(places / "in" / "net.onnx", "net.onnx", out)
    except Refusal as refused:
        assert "\n" not in str(refused)
        assert str(places) not in str(refused)
        return
    theirs, copied = as_cpp_reads_it(data), as_cpp_reads_it(written.read_bytes())
    assert copied is not None
    # Where C++ reads the original at all, it sees as many places, all of them harmless.
    assert theirs is None or [place["location"].removeprefix("./") for place in external(theirs)] == [
        {"0.bin": first_named(theirs), "1.bin": second_named(theirs)}[place["location"]] for place in external(copied)
    ]
    for place in external(copied):
        assert set(place) == {"location", "offset", "length"}
        assert int(place["offset"]) + int(place["length"]) <= (out / place["location"]).stat().st_size
        assert (out / place["location"]).is_file()
    assert not any(tensor.external_data for tensor in every_tensor(copied) if tensor.data_location != 1)


def first_named(model: ModelProto) -> str | None:
    return next(iter(named(model)), None)


def second_named(model: ModelProto) -> str | None:
    return next(iter(named(model)[1:]), None)


def named(model: ModelProto) -> list[str]:
    """In the order in which we come across them."""
    found = [
        {entry.key: entry.value for entry in tensor.external_data}["location"].removeprefix("./")
        for tensor in onnx_model.tensors(model, "")
        if tensor.data_location == TensorProto.EXTERNAL
    ]
    return list(dict.fromkeys(found))


def matmul(weights: TensorProto) -> ModelProto:
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, weights.dims[0]])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, weights.dims[1]])],
        [weights],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def outside(location: str, **entries: str) -> TensorProto:
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[4, 4], data_location=TensorProto.EXTERNAL)
    for key, value in {"location": location, **entries}.items():
        tensor.external_data.add(key=key, value=value)
    return tensor


@pytest.mark.parametrize("location", ["../secret", "/etc/passwd", "*/_ORT_MEM_ADDR_/*"])
def test_an_enum_beyond_32_bits_hides_no_place(tmp_path: Path, location: str) -> None:
    model = matmul(outside(location, offset="4096", length="64"))
    tensor = model.graph.initializer.pop()
    tensor.ClearField("data_location")
    inner = tensor.SerializeToString() + b"\x70\x81\x80\x80\x80\x10"  # data_location = 2^32 + 1
    graph = bytes([0x2A, len(inner)]) + inner  # a second half of the graph: parsers merge them
    (tmp_path / "net.onnx").write_bytes(model.SerializeToString() + bytes([0x3A, len(graph)]) + graph)

    with pytest.raises((ir.UnsafeFile, ir.MissingFile), match="net.onnx: (the weights|its external)"):
        ir.read(tmp_path / "net.onnx")


def test_an_address_in_memory_is_a_file_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "*" / "_ORT_MEM_ADDR_").mkdir(parents=True)
    (tmp_path / "*" / "_ORT_MEM_ADDR_" / "*").write_bytes(bytes(8192))
    model = matmul(outside("*/_ORT_MEM_ADDR_/*", offset="4096", length="64"))
    (tmp_path / "net.onnx").write_bytes(model.SerializeToString())

    assert not constant(ir.read(tmp_path / "net.onnx")).any()


@pytest.mark.parametrize("offset", ["16", "3"])
def test_external_data_are_read_from_where_they_begin(tmp_path: Path, offset: str) -> None:
    weights = np.arange(16, dtype=np.float32).reshape(4, 4)
    (tmp_path / "w.bin").write_bytes(b"x" * int(offset) + weights.tobytes())
    (tmp_path / "net.onnx").write_bytes(matmul(outside("w.bin", offset=offset)).SerializeToString())

    assert np.array_equal(constant(ir.read(tmp_path / "net.onnx")), weights)


@pytest.mark.parametrize("element", ["float32", "float16", "float64", "int8", "uint8"])
def test_large_weights_move_out_of_the_model_and_stay_the_same(tmp_path: Path, element: str) -> None:
    weights = np.random.default_rng(1).integers(-9, 9, (2048, 1024)).astype(element)
    graph = helper.make_graph(
        [helper.make_node("Cast", ["w"], ["y"], to=TensorProto.FLOAT)],
        "g",
        [],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(weights, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    (tmp_path / "net.onnx").write_bytes(model.SerializeToString())
    (tmp_path / "copy").mkdir()

    copied = onnx_copy.copy(tmp_path / "net.onnx", "net.onnx", tmp_path / "copy")

    assert copied.stat().st_size < 1000
    assert np.array_equal(constant(ir.read(tmp_path / "net.onnx")), weights)


def test_a_model_reads_the_same_as_by_openvino_alone(models: Path) -> None:
    for path in [*models.glob("*/*.onnx")]:
        if path.parent.name != "negative":
            ours, alone = ir.read(path), ov.Core().read_model(path)

            assert constants(ours) == constants(alone), path


def test_an_onnx_model_by_the_name_of_an_ir_is_not_read(tmp_path: Path) -> None:
    weights = numpy_helper.from_array(np.eye(4, dtype=np.float32), "w")
    for start in (b"", b"\n<net"):  # protobuf passes over what it does not know
        (tmp_path / "model.xml").write_bytes(start + matmul(weights).SerializeToString())

        with pytest.raises(ir.Unreadable, match="model.xml: it does not begin as XML does"):
            ir.read(tmp_path / "model.xml")


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "net.onnx").write_bytes(
        matmul(numpy_helper.from_array(np.eye(1024, dtype=np.float32), "w")).SerializeToString()
    )
    (tmp_path / "cut.onnx").write_bytes(b"\x08\x08\x3a\x7f")

    ir.read(tmp_path / "net.onnx")
    with pytest.raises(Refusal):
        ir.read(tmp_path / "cut.onnx")

    assert not list((tmp_path / "tmp").iterdir())


def test_branches_inside_each_other_have_a_limit_that_is_named() -> None:
    assert list(onnx_model.tensors(nested(8), "net.onnx")) == []

    with pytest.raises(ir.BrokenModel, match="net.onnx: its branches and loops are nested too deep: at most 8"):
        list(onnx_model.tensors(nested(9), "net.onnx"))


def nested(depth: int) -> ModelProto:
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", [], [])
    for _ in range(depth):
        graph = helper.make_graph([helper.make_node("If", ["c"], ["y"], then_branch=graph)], "g", [], [])
    return helper.make_model(graph)


def test_too_many_parts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_model, "MOST_PARTS", 10)
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])] * 11, "g", [], [])

    with pytest.raises(ir.BrokenModel, match="more than 10 operations"):
        list(onnx_model.tensors(helper.make_model(graph), "net.onnx"))


def constant(model: ov.Model) -> Any:
    return next(node for node in model.get_ordered_ops() if node.get_type_name() == "Constant").data


def constants(model: ov.Model) -> list[bytes]:
    return sorted(node.data.tobytes() for node in model.get_ordered_ops() if node.get_type_name() == "Constant")
