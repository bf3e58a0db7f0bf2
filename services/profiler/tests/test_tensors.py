"""Arrays that models are fed with: what is taken in, what is refused, and that the model sees the very values."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import openvino.opset13 as ops
import pytest
from numpy.typing import NDArray
from workbench.profiler.measuring.inputs import arrays_for, described, fill, opened
from workbench.profiler.measuring.shapes import make_static
from workbench.profiler.refusals import TensorDoesNotFit
from workbench.profiler.values import ProfileSpec
from workbench.runner.core import BadSpec

Perform = Callable[..., dict[str, Any]]
CORE = "workbench.profiler.tensors"


@pytest.fixture
def taken_in(perform_tensor: Perform, tmp_path: Path) -> Callable[[bytes], dict[str, Any]]:
    def take(content: bytes) -> dict[str, Any]:
        folder = tmp_path / "run"
        for name in ("inputs/upload", "outputs"):
            (folder / name).mkdir(parents=True)
        (folder / "inputs" / "upload" / "mine.npy").write_bytes(content)
        return {"folder": folder, **perform_tensor(CORE, folder, {"name": "mine"})}

    return take


def npy(array: NDArray[Any], **options: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("array", "element_type"),
    [
        (np.arange(24, dtype="<f4").reshape(2, 3, 4), "f32"),
        (np.asfortranarray(np.arange(6.0).reshape(2, 3)), "f64"),
        (np.arange(5, dtype=">i8"), "i64"),
        (np.array(7, dtype=np.uint8), "u8"),
        (np.array([[True, False]]), "boolean"),
    ],
)
def test_an_array_of_any_rank_is_taken_in_as_it_is(taken_in: Any, array: NDArray[Any], element_type: str) -> None:
    found = taken_in(npy(array))

    facts, kept = found["result"], np.load(found["folder"] / "outputs" / "tensor.npy")
    assert (facts["shape"], facts["element_type"]) == (list(array.shape), element_type)
    assert (facts["minimum"], facts["maximum"]) == (array.min(), array.max())
    assert np.array_equal(kept, array)
    assert kept.dtype.isnative


def test_nan_and_infinity_are_counted_and_told(taken_in: Any) -> None:
    facts = taken_in(npy(np.array([1.0, np.nan, np.inf, -3.0])))["result"]

    assert (facts["nonfinite"], facts["minimum"], facts["maximum"]) == (2, -3.0, 1.0)
    assert facts["warnings"] == ["2 of its elements are NaN or infinite, which some devices compute more slowly."]


class Executed:
    """Whoever unpickles it leaves a file behind."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (open, ("/tmp/was-executed", "w"))


def header(text: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no array"),
        (b"GIF89a", "is no array"),
        (npy(np.zeros(100))[:-8], "is no array"),
        (npy(np.array([Executed()], dtype=object), allow_pickle=True), "is no array"),
        (npy(np.array([1j])), "complex128"),
        (npy(np.array(["word"])), "<U4"),
        (npy(np.zeros((0, 3))), "holds nothing"),
        (header("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9), }\n"), "is no array"),
        (header("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }\n"), "is no array"),
        (header("__import__('os').system('touch /tmp/was-executed')\n"), "is no array"),
    ],
)
def test_what_is_no_array_of_numbers_is_refused_in_words_and_nothing_of_it_is_executed(
    taken_in: Any, content: bytes, said: str
) -> None:
    refusal = taken_in(content)["refusal"]

    assert refusal["kind"] == "TensorNotReadable"
    assert refusal["detail"].startswith("mine.npy: ")
    assert said in refusal["detail"]
    assert "/inputs/" not in refusal["detail"]
    assert refusal["remedy"]
    assert not Path("/tmp/was-executed").exists()


def one_input(element_type: Any, shape: list[int]) -> ov.Model:
    x = ops.parameter(ov.PartialShape(shape), element_type, name="x")
    x.output(0).set_names({"x"})
    return ov.Model([ops.convert(x, "f32")], [x], "one")


def fed(model: ov.Model, array: NDArray[Any] | None, tmp_path: Path) -> NDArray[Any]:
    """What the model answers when it is fed with the array, shaped and filled as a launch does it."""
    files = {}
    if array is not None:
        np.save(tmp_path / "x.npy", array)
        files = {"x": tmp_path / "x.npy"}
    given = opened(files)
    make_static(model, ProfileSpec("model.xml"), {name: each.shape for name, each in given.items()})
    arrays = arrays_for(model, given, 0)
    request = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"}).create_infer_request()
    fill(request, arrays)
    request.infer()
    return np.array(request.get_output_tensor(0).data)


@pytest.mark.parametrize(
    ("element_type", "array"),
    [
        (np.float32, np.array([[0.5, -2.0]], dtype=np.float64)),
        (np.float16, np.array([[0.5, -2.0]], dtype=np.float32)),
        (ov.Type.bf16, np.array([[0.5, -2.0]], dtype=np.float32)),
        (np.int32, np.array([[5, -7]], dtype=np.int64)),
        (np.float32, np.array([[0, 255]], dtype=np.uint8)),
        (np.uint8, np.array([[True, False]])),
    ],
)
def test_the_model_sees_the_values_of_the_array(element_type: Any, array: NDArray[Any], tmp_path: Path) -> None:
    assert np.array_equal(fed(one_input(element_type, [1, -1]), array, tmp_path), array)


@pytest.mark.parametrize("shape", [[], [7], [1, 2, 3, 4, 5, 6]])
@pytest.mark.parametrize("element_type", ["f32", "f16", "bf16", "f64", "i64", "u8", "boolean", "i4", "u4", "f8e4m3"])
def test_data_is_made_up_for_any_rank_and_every_type_that_compiles(
    element_type: str, shape: list[int], tmp_path: Path
) -> None:
    answer = fed(one_input(getattr(ov.Type, element_type), shape), None, tmp_path)

    assert answer.shape == tuple(shape)
    assert np.isfinite(answer).all()


def test_an_input_of_words_gets_words(tmp_path: Path) -> None:
    x = ops.parameter([2, 2], ov.Type.string, name="x")
    model = ov.Model([x], [x], "words")
    request = ov.Core().compile_model(model, "CPU").create_infer_request()

    fill(request, arrays_for(model, {}, 0))

    assert {len(word) > 0 for word in request.get_input_tensor(0).str_data.reshape(-1)} == {True}


@pytest.mark.parametrize(
    ("element_type", "array", "said"),
    [
        (np.int32, np.array([[0.5, 1.0]]), "elements of the type f64, the input takes i32"),
        (np.uint8, np.array([[1, 256]]), "values beyond u8"),
        (np.uint8, np.array([[1, -1]]), "values beyond u8"),
    ],
)
def test_values_that_the_input_cannot_hold_are_refused_by_its_name(
    element_type: Any, array: NDArray[Any], said: str, tmp_path: Path
) -> None:
    with pytest.raises(TensorDoesNotFit, match=said) as refused:
        fed(one_input(element_type, [1, 2]), array, tmp_path)
    assert refused.value.facts["input"] == "x"


@pytest.mark.parametrize(
    ("shape", "array", "said"),
    [
        ([1, -1], np.zeros((2, 3)), "inputs.x: has a batch of 2, but batch is 1"),
        ([1, -1], np.zeros(3), "inputs.x: must have 2 dimensions"),
    ],
)
def test_a_shape_that_the_input_cannot_have_is_refused_by_its_name(
    shape: list[int], array: NDArray[Any], said: str, tmp_path: Path
) -> None:
    with pytest.raises(BadSpec, match=said):
        fed(one_input(np.float32, shape), array, tmp_path)


def test_one_input_may_be_given_and_the_others_made_up_as_without_it() -> None:
    ports = [ops.parameter([1, 4], np.float32, name=name) for name in ("a", "b")]
    model = ov.Model([ops.add(*ports)], ports, "two")
    alone, beside = arrays_for(model, {}, 3), arrays_for(model, {"a": np.ones((1, 4))}, 3)

    assert np.array_equal(beside[0], np.ones((1, 4)))
    assert np.array_equal(beside[1], alone[1])
    assert [each["data"] for each in described(model, {"a": np.ones((1, 4))})] == ["given", "made up"]


def test_a_profile_is_measured_on_the_array_in_its_shape(
    perform: Perform, dynamic: Callable[..., ov.Model], tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    for name in ("model", "tensors"):
        (folder / "inputs" / name).mkdir(parents=True)
    ov.save_model(dynamic(-1, 3, -1, -1), folder / "inputs" / "model" / "model.xml")
    np.save(folder / "inputs" / "tensors" / "0.npy", np.full((2, 3, 8, 6), 0.5, dtype=np.float32))
    spec = {"main_file": "model.xml", "duration_s": 0.1, "batch": 2, "inputs": {"x": "tensors/0.npy"}}

    result = perform("workbench.profiler.benchmark", folder, spec)["result"]

    assert result["inputs"] == [{"name": "x", "shape": [2, 3, 8, 6], "element_type": "f32", "data": "given"}]
    assert result["throughput_fps"]["value"] > 0
    assert all("inputs" not in launch for launch in result["launches"])
