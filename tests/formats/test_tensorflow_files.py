"""TensorFlow's files, made here: what is taken, and in which words a broken or incomplete one is not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from protobuf_writing import block, number
from tensorflow_files import MATMUL_TEXT, averaging_graph, matmul_graph, meta_graph, node, saved_model, shape
from workbench.ir import BrokenModel, MissingFile, Unreadable, UnsupportedOperations
from workbench.model_registry.values import SeveralModels, UnknownFormat
from workbench.runner.core import Refusal

Imported = Callable[[], dict[str, Any]]
Refused = Callable[[], Refusal]
VARIABLE = node("v", "VarHandleOp")


@pytest.mark.parametrize(
    ("content", "main_file", "expected"),
    [
        (matmul_graph(), "model.pb", [24.0, 28.0, 32.0, 36.0]),
        (MATMUL_TEXT.encode(), "model.pbtxt", [8.0, 8.0, 8.0, 8.0]),
    ],
)
def test_a_frozen_graph_in_either_spelling_converts(
    upload: Path,
    imported: Imported,
    converted: Callable[..., Any],
    content: bytes,
    main_file: str,
    expected: list[float],
) -> None:
    (upload / "any.name").write_bytes(content)

    source = imported()
    _, written = converted(main_file)

    assert (source["format"], source["main_file"]) == ("tensorflow-graph", main_file)
    assert ov.Core().compile_model(written, "CPU")(np.ones((1, 4), np.float32))[0].tolist() == [expected]


def test_a_saved_model_without_variables_needs_none(upload: Path, imported: Imported) -> None:
    (upload / "saved_model.pb").write_bytes(saved_model(matmul_graph()))

    facts = imported()

    assert facts["format"] == "tensorflow-saved-model"
    assert facts["producer"] == "TensorFlow 2.21.0"


@pytest.mark.parametrize(
    ("signatures", "others", "words", "answer"),
    [
        (
            {"features": ("x:0", "z:0"), "serving_default": ("x:0", "y:0"), "__saved_model_init_op": ("x:0", "z:0")},
            ["features"],
            "beside serving_default",
            24.0,
        ),
        ({"features": ("x:0", "z:0"), "more": ("x:0", "z:0")}, [], "no serving_default, so the outputs of all", -24.0),
        ({"features": ("x:0", "z:0")}, None, "", -24.0),
    ],
)
def test_of_several_signatures_the_default_is_taken_and_the_others_are_named(
    upload: Path,
    imported: Imported,
    converted: Callable[..., Any],
    signatures: dict[str, tuple[str, str]],
    others: list[str] | None,
    words: str,
    answer: float,
) -> None:
    negated = node("z", "Neg", "y", T=number(6, 1))
    (upload / "saved_model.pb").write_bytes(saved_model(matmul_graph() + negated, signatures))

    facts = imported()
    _, written = converted("saved_model.pb")

    assert (facts["signatures"]["others"] if others is not None else facts.get("signatures")) == others
    assert all(words in warning for warning in facts.get("warnings", []))
    assert ("warnings" in facts) == (others is not None)
    assert ov.Core().compile_model(written, "CPU")(np.ones((1, 4), np.float32))[0][0][0] == answer


@pytest.mark.parametrize("told", [{}, {"_output_shapes": block(1, block(7, shape(1, 32, 32, 3)))}])
def test_a_graph_whose_input_has_no_shape_converts_with_one_that_is_said(
    upload: Path, imported: Imported, converted: Callable[..., Any], told: dict[str, bytes]
) -> None:
    (upload / "frozen.pb").write_bytes(averaging_graph(told))

    facts = imported()
    _, written = converted("model.pb", inputs={"image:0": {"shape": [1, 32, 32, 3]}})

    assert facts["inputs"][0]["shape"] == [-1, -1, -1, 3]
    in_f32 = ov.Core().compile_model(written, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    found = in_f32(np.ones((1, 32, 32, 3), np.float32))[0]
    assert found.tolist() == [pytest.approx([0.958767] * 3, abs=1e-5)]


def test_a_graph_that_reads_variables_is_not_frozen(upload: Path, refusal: Refused) -> None:
    (upload / "graph.pb").write_bytes(matmul_graph() + VARIABLE)

    refused = refusal()

    assert isinstance(refused, MissingFile)
    assert str(refused).startswith("graph.pb: the graph reads variables, and they are not in it. Upload the checkpoint")


def test_a_saved_model_whose_variables_stayed_at_home(upload: Path, refusal: Refused) -> None:
    (upload / "saved_model.pb").write_bytes(saved_model(matmul_graph() + VARIABLE))

    refused = refusal()

    assert isinstance(refused, MissingFile)
    assert "Upload the whole SavedModel folder" in str(refused)


def test_a_meta_graph_alone(upload: Path, refusal: Refused) -> None:
    (upload / "step-7.meta").write_bytes(meta_graph(matmul_graph()))

    refused = refusal()

    assert isinstance(refused, MissingFile)
    assert refused.facts["missing"] == "step-7.index"


def test_a_checkpoint_of_which_a_part_is_missing(upload: Path, refusal: Refused) -> None:
    (upload / "step-7.meta").write_bytes(meta_graph(matmul_graph()))
    (upload / "step-7.index").write_bytes(b"x")
    (upload / "step-7.data-00000-of-00002").write_bytes(b"x")

    assert refusal().facts["missing"] == "step-7.data-00001-of-00002"


def test_variables_without_their_graph_are_told_from_rubbish(models: Path, upload: Path, refusal: Refused) -> None:
    variables = models / "mobilenet_v1_0.25_224" / "saved_model" / "variables"
    shutil.copy(variables / "variables.index", upload)

    refused = refusal()

    assert isinstance(refused, UnknownFormat)
    assert "the index of TensorFlow variables, without their graph" in str(refused)


@pytest.mark.parametrize("content", [matmul_graph(), saved_model(matmul_graph()), meta_graph(matmul_graph())])
def test_a_file_that_is_cut_off_is_never_taken(upload: Path, refusal: Refused, content: bytes) -> None:
    for length in range(60, len(content) - 1, 25):
        (upload / "cut").write_bytes(content[:length])

        refused = refusal()

        assert isinstance(refused, BrokenModel | Unreadable | MissingFile | UnknownFormat)


def test_an_operation_that_nobody_knows_is_named(upload: Path, refusal: Refused) -> None:
    (upload / "graph.pb").write_bytes(matmul_graph("MyOwnLayer"))

    refused = refusal()

    assert isinstance(refused, UnsupportedOperations)
    assert refused.facts["operations"] == ["MyOwnLayer"]
    assert str(refused).endswith("no conversion for MyOwnLayer. Export the model without these.")


def test_a_real_graph_with_quantized_constants_names_what_cannot_be_converted(
    models: Path, upload: Path, refusal: Refused
) -> None:
    shutil.copy(models / "negative" / "opencv_face_detector_uint8.pb", upload)

    assert "Dequantize" in refusal().facts["operations"]


def test_the_variables_of_another_model_do_not_pass(models: Path, upload: Path, refusal: Refused) -> None:
    folder = models / "mobilenet_v1_0.25_224" / "saved_model"
    shutil.copytree(folder, upload / "net")
    data = upload / "net" / "variables" / "variables.data-00000-of-00001"
    data.chmod(0o644)
    data.write_bytes(data.read_bytes()[:100_000])

    assert isinstance(refusal(), Unreadable)


def test_a_graph_and_a_saved_model_are_two_models(upload: Path, refusal: Refused) -> None:
    (upload / "graph.pb").write_bytes(matmul_graph())
    (upload / "saved_model.pb").write_bytes(saved_model(matmul_graph()))

    assert isinstance(refusal(), SeveralModels)
