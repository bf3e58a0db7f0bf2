"""A converted model says what the original says, and its facts are those of the files that were written."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import forked
import nncf
import numpy as np
import openvino as ov
import pytest
from workbench import ir

_CHECKS = ("checked", "half", "warnings")  # test_checked.py is about these
Converted = Callable[..., tuple[dict[str, Any], Path]]
Infer = Callable[..., np.ndarray]


def nchw(photographs: np.ndarray) -> np.ndarray:
    return photographs.transpose(0, 3, 1, 2).copy()


@pytest.mark.parametrize(("precision", "element_type", "size"), [("FP32", "f32", 4), ("FP16", "f16", 2)])
def test_onnx_becomes_ir_of_the_precision_asked_for(
    squeezenet: Path, converted: Converted, precision: str, element_type: str, size: int
) -> None:
    facts, outputs = converted(squeezenet, precision)

    assert sorted(path.name for path in outputs.iterdir()) == ["model.bin", "model.xml"]
    assert facts["precision"] == precision
    assert facts["weights"] == {element_type: {"elements": 1_235_496, "size_bytes": 1_235_496 * size}}
    assert facts["format"] == "ir"
    assert facts["main_file"] == "model.xml"
    assert facts["digest"] == ir.file_digest([outputs / "model.xml", outputs / "model.bin"])


def test_the_conversion_is_on_record(squeezenet: Path, converted: Converted) -> None:
    facts, _ = converted(squeezenet, "FP16", data_0={"mean": [104, 117, 123], "layout": "NCHW"})

    conversion = {name: value for name, value in facts["conversion"].items() if name not in _CHECKS}
    assert conversion == {
        "precision": "FP16",
        "inputs": {
            "data_0": {
                "shape": None,
                "layout": "NCHW",
                "mean": [104, 117, 123],
                "scale": None,
                "reverse_channels": False,
                "element_type": None,
                "tensor_layout": None,
                "resize": None,
                "value": None,
            }
        },
        "outputs": [],
        "batch": None,
        "openvino_version": ov.get_version(),
    }
    assert json.loads(json.dumps(facts)) == facts


def test_every_value_null_is_the_same_as_saying_nothing(squeezenet: Path, converted: Converted) -> None:
    nothing = {
        "shape": None,
        "layout": None,
        "mean": None,
        "scale": None,
        "reverse_channels": False,
        "element_type": None,
        "tensor_layout": None,
        "resize": None,
        "value": None,
    }

    assert converted(squeezenet, data_0=nothing)[0]["digest"] == converted(squeezenet)[0]["digest"]


def test_fp32_is_the_original_to_the_last_bit_but_one(
    squeezenet: Path, photographs: np.ndarray, converted: Converted, infer: Infer
) -> None:
    _, outputs = converted(squeezenet)
    image = nchw(photographs)[:1]

    difference = infer(outputs / "model.xml", image) - infer(squeezenet, image)

    assert np.abs(difference).max() < 1e-6


def test_fp16_storage_agrees_with_fp32_on_photographs(
    squeezenet: Path, photographs: np.ndarray, converted: Converted, infer: Infer
) -> None:
    asked = {"reverse_channels": True, "mean": [104, 117, 123]}
    single = converted(squeezenet, "FP32", data_0=asked)[1] / "model.xml"
    half = converted(squeezenet, "FP16", data_0=asked)[1] / "model.xml"

    pairs = [(infer(single, image[None]), infer(half, image[None])) for image in nchw(photographs)]

    assert [int(a.argmax()) for a, _ in pairs] == [int(b.argmax()) for _, b in pairs]
    assert max(np.abs(a - b).max() for a, b in pairs) < 0.01


def test_a_half_precision_onnx_takes_and_gives_f32_like_any_other(
    models: Path, squeezenet: Path, photographs: np.ndarray, converted: Converted, infer: Infer
) -> None:
    facts, outputs = converted(models / "squeezenet1.1" / "squeezenet1.1_fp16.onnx", "FP32")
    image = nchw(photographs)[:1]

    assert facts["precision"] == "FP32"
    assert facts["inputs"][0]["element_type"] == facts["outputs"][0]["element_type"] == "f32"
    # squeezenet1.1.onnx was made from these very weights, cast to f32.
    assert np.abs(infer(outputs / "model.xml", image) - infer(squeezenet, image)).max() < 1e-6


def test_a_half_precision_onnx_keeps_its_weights_exactly_as_fp16(
    models: Path, squeezenet: Path, converted: Converted
) -> None:
    from_half, outputs = converted(models / "squeezenet1.1" / "squeezenet1.1_fp16.onnx", "FP16")

    assert from_half["precision"] == "FP16"
    assert from_half["inputs"][0]["element_type"] == "f32"
    _, single = converted(squeezenet, "FP16")
    assert weights(outputs) == weights(single)


def weights(outputs: Path) -> list[bytes]:
    nodes = ir.read(outputs / "model.xml").get_ordered_ops()
    constants = [node for node in nodes if node.get_type_name() == "Constant"]
    return sorted(
        node.data.tobytes()
        for node in constants
        if node.get_output_element_type(0) == ov.Type.f16 and node.data.size > 1
    )


@pytest.mark.parametrize("stored", ["fp16", "fp32"])
@pytest.mark.parametrize("wanted", ["FP16", "FP32"])
def test_an_ir_can_be_given_the_other_precision(
    models: Path,
    converted: Converted,
    infer: Infer,
    photographs: np.ndarray,
    stored: str,
    wanted: str,
) -> None:
    source = models / "squeezenet1.1" / f"ir_{stored}" / "squeezenet1.1.xml"
    facts, outputs = converted(source, wanted)
    image = nchw(photographs)[:1]

    assert facts["precision"] == wanted
    assert facts["op_count"] == 277
    assert np.abs(infer(outputs / "model.xml", image) - infer(source, image)).max() < 2e-3


@pytest.mark.parametrize("wanted", ["FP16", "FP32"])
def test_a_quantized_ir_stays_quantized(
    squeezenet: Path, converted: Converted, infer: Infer, photographs: np.ndarray, tmp_path: Path, wanted: str
) -> None:
    images = nchw(photographs)
    quantized = nncf.quantize(ir.read(squeezenet), nncf.Dataset([image[None] for image in images[:2]]))
    ir.save(quantized, tmp_path, fp16=True)

    facts, outputs = converted(tmp_path / "model.xml", wanted)

    assert facts["precision"] == "INT8"
    assert facts["parameters"] == 1_235_496
    before, after = (infer(path / "model.xml", images[:1]) for path in (tmp_path, outputs))
    assert np.abs(before - after).max() < 5e-3


def test_an_ir_of_an_older_release_converts(published: Path, converted: Converted) -> None:
    folder = published / "mobileface_v2" / "ir_mo2023.3"

    facts, _ = converted(folder / "MobileFace_Identification_V2-0000.xml", "FP16")

    assert facts["precision"] == "FP16"
    assert facts["inputs"][0]["name"] == "data"


@pytest.mark.parametrize(
    "file",
    [
        "ultraface_rfb_320/version-RFB-320.onnx",
        "fns_candy/candy.onnx",
        "tiny_inpaint/tiny_inpaint.onnx",
    ],
)
def test_models_keep_their_inputs_and_outputs(models: Path, converted: Converted, file: str) -> None:
    keeps_its_own(models / file, converted)


def test_a_detector_of_an_exporter_keeps_its_inputs_and_outputs(published: Path, converted: Converted) -> None:
    keeps_its_own(published / "picodet_s_320" / "picodet_s_320_coco.onnx", converted)


def keeps_its_own(path: Path, converted: Converted) -> None:
    original = ir.describe(ir.read(path), path)

    facts, _ = converted(path, "FP16")

    assert facts["inputs"] == original["inputs"]
    assert facts["outputs"] == original["outputs"]
    assert facts["parameters"] == original["parameters"]


@pytest.mark.parametrize("precision", ["FP32", "FP16"])
@pytest.mark.parametrize(
    ("file", "inputs"),
    [
        ("squeezenet1.1/squeezenet1.1.onnx", {}),
        (
            "squeezenet1.1/squeezenet1.1.onnx",
            {"data_0": {"shape": [2, 3, 224, 224], "reverse_channels": True, "mean": [1, 2, 3], "scale": [4, 5, 6]}},
        ),
        ("squeezenet1.1/squeezenet1.1_fp16.onnx", {"data_0": {"mean": [1, 2, 3]}}),
    ],
)
def test_converting_twice_makes_the_same_bytes(
    models: Path, converted: Converted, file: str, inputs: dict[str, Any], precision: str
) -> None:
    makes_the_same_again(converted(models / file, precision, **inputs)[1])


def test_converting_a_detector_of_an_exporter_twice_makes_the_same_bytes(published: Path, converted: Converted) -> None:
    for precision in ("FP32", "FP16"):
        makes_the_same_again(
            converted(
                published / "picodet_s_320" / "picodet_s_320_coco.onnx",
                precision,
                image={"scale": [58.395, 57.12, 57.375]},
            )[1]
        )


def makes_the_same_again(outputs: Path) -> None:
    """In a process for each, as always: OpenVINO names what has no name after how many its process has seen."""
    first, second = in_a_process(outputs.parent), in_a_process(outputs.parent)

    assert first["result"] == second["result"]
    assert first["result"]["digest"] == ir.file_digest([outputs / "model.xml", outputs / "model.bin"])


def in_a_process(folder: Path) -> dict[str, Any]:
    shutil.rmtree(folder / "outputs")
    assert forked.run_core("workbench.converter.convert", folder) == 0
    return json.loads((folder / "result.json").read_text())


def test_no_path_of_this_machine_is_written(models: Path, converted: Converted) -> None:
    _, outputs = converted(models / "fns_candy" / "candy.onnx", "FP16", inputImage={"mean": [1, 2, 3]})

    text = (outputs / "model.xml").read_text()
    assert str(models) not in text
    assert str(outputs.parent) not in text
    assert not any(part in text for part in ("/tmp/", "/home/", "candy.onnx"))


def test_the_source_is_left_as_it_was(squeezenet: Path, converted: Converted) -> None:
    _, outputs = converted(squeezenet, "FP16")

    kept = outputs.parent / "inputs" / "model" / "squeezenet1.1.onnx"
    assert hashlib.sha256(kept.read_bytes()).digest() == hashlib.sha256(squeezenet.read_bytes()).digest()


def test_progress_can_be_followed(squeezenet: Path, converted: Converted) -> None:
    _, outputs = converted(squeezenet, "FP16")

    lines = [json.loads(line) for line in (outputs.parent / "progress.jsonl").read_text().splitlines()]
    assert [line["stage"] for line in lines] == ["read", "convert", "save", "check"]
    assert [line["fraction"] for line in lines] == sorted(line["fraction"] for line in lines)


def test_the_core_reaches_no_web_or_database() -> None:
    program = "import workbench.converter.convert, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()

    assert not {"flask", "sqlalchemy", "kombu", "nncf", "onnx"} & set(loaded)
