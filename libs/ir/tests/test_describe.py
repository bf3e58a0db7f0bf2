"""The facts a manifest carries, on networks whose figures the literature gives."""

from __future__ import annotations

import json
from pathlib import Path

import nncf
import numpy as np
import openvino as ov
import pytest
from workbench.ir import describe, file_digest, read, save


@pytest.mark.parametrize("file", ["squeezenet1.1.onnx", "squeezenet1.1_fp16.onnx", "ir_fp16/squeezenet1.1.xml"])
def test_arithmetic_and_parameters_are_those_of_the_network(models: Path, file: str) -> None:
    assert figures(models / "squeezenet1.1" / file) == (pytest.approx(0.349, abs=0.0006), 1_235_496)


def test_the_figures_of_published_networks_are_found_again(published: Path) -> None:
    known = {
        "picodet_s_320/picodet_s_320_coco.onnx": (0.351, 983_924),
        "ultraface_rfb_320/version-RFB-320.onnx": (0.100, 307_624),
        "mobileface_v2/ir_mo2023.3/MobileFace_Identification_V2-0000.xml": (0.041, 877_090),
    }

    for file, (gmacs, parameters) in known.items():
        assert figures(published / file) == (pytest.approx(gmacs, abs=0.0006), parameters), file


def figures(path: Path) -> tuple[float, int]:
    facts = describe(read(path), path)
    return facts["gmacs"], facts["parameters"]


@pytest.mark.parametrize(
    ("file", "precision", "element_type"),
    [
        ("squeezenet1.1/squeezenet1.1.onnx", "FP32", "f32"),
        ("squeezenet1.1/squeezenet1.1_fp16.onnx", "FP16", "f16"),
        ("squeezenet1.1/ir_fp16/squeezenet1.1.xml", "FP16", "f16"),
        ("squeezenet1.1/ir_fp32/squeezenet1.1.xml", "FP32", "f32"),
    ],
)
def test_precision_is_what_the_weights_are_stored_in(
    models: Path, file: str, precision: str, element_type: str
) -> None:
    facts = describe(read(models / file), models / file)

    width = {"f32": 4, "f16": 2}[element_type]
    assert facts["precision"] == precision
    assert facts["weights"] == {element_type: {"elements": 1_235_496, "size_bytes": 1_235_496 * width}}


def test_facts_are_json_and_complete(models: Path) -> None:
    path = models / "squeezenet1.1" / "ir_fp32" / "squeezenet1.1.xml"

    facts = describe(read(path), path)

    assert json.loads(json.dumps(facts)) == facts
    assert facts["format"] == "ir"
    assert facts["main_file"] == "squeezenet1.1.xml"
    assert facts["inputs"] == [
        {"name": "data_0", "shape": [1, 3, 224, 224], "element_type": "f32", "layout": "NCHW", "layout_source": "guess"}
    ]
    last = facts["outputs"][0].pop("operations")
    assert facts["outputs"] == [
        {"name": "softmaxout_1", "shape": [1, 1000, 1, 1], "element_type": "f32", "layout": None, "layout_source": None}
    ]
    assert last[:2] == ["Softmax", "ReduceMean"]
    assert facts["op_count"] == 277
    assert sum(facts["opset"].values()) > facts["op_count"]
    assert facts["digest"] == file_digest([path, path.with_suffix(".bin")])


def test_the_same_network_has_as_many_operations_in_fp16_as_in_fp32(models: Path) -> None:
    folder = models / "squeezenet1.1"
    half, single = (folder / f"ir_{p}" / "squeezenet1.1.xml" for p in ("fp16", "fp32"))

    assert describe(read(half), half)["op_count"] == describe(read(single), single)["op_count"]


def test_external_weights_belong_to_an_onnx_models_digest(models: Path, tmp_path: Path) -> None:
    path = models / "squeezenet1.1" / "squeezenet1.1.onnx"
    weights = tmp_path / "weights"
    weights.write_bytes(b"1")

    before = describe(read(path), path, [weights])["digest"]
    weights.write_bytes(b"2")

    assert describe(read(path), path, [weights])["digest"] != before


def test_a_network_quantized_by_nncf_is_int8_with_the_parameters_it_had(models: Path, tmp_path: Path) -> None:
    original = models / "squeezenet1.1" / "ir_fp32" / "squeezenet1.1.xml"
    images = np.random.default_rng(0).uniform(0, 255, (2, 1, 3, 224, 224)).astype(np.float32)
    quantized = nncf.quantize(read(original), nncf.Dataset(list(images)), subset_size=2)
    before = describe(quantized, original)
    save(quantized, tmp_path, fp16=True)

    after = describe(read(tmp_path / "model.xml"), tmp_path / "model.xml")

    assert before["precision"] == after["precision"] == "INT8"
    assert before["parameters"] == after["parameters"] == 1_235_496
    assert after["weights"]["i8"]["elements"] > 0.99 * 1_235_496
    assert after["gmacs"] == pytest.approx(0.349, abs=0.0006)


def test_weights_compressed_to_eight_bits_are_int8_without_counting_their_scales(tmp_path: Path) -> None:
    data = ov.opset13.parameter([1, 64], ov.Type.f32, name="data")
    weights = np.random.default_rng(0).normal(size=(64, 512)).astype(np.float32)
    model = ov.Model([ov.opset13.matmul(data, ov.opset13.constant(weights), False, False)], [data], "fc")
    save(nncf.compress_weights(model, mode=nncf.CompressWeightsMode.INT8_ASYM), tmp_path, fp16=False)

    facts = describe(read(tmp_path / "model.xml"), tmp_path / "model.xml")

    assert facts["precision"] == "INT8"
    assert facts["weights"] == {"u8": {"elements": 64 * 512, "size_bytes": 64 * 512}}
    assert facts["parameters"] == 64 * 512


def test_half_and_half_is_mixed(tmp_path: Path) -> None:
    data = ov.opset13.parameter([1, 4], ov.Type.f32, name="data")
    single = ov.opset13.constant(np.ones((4, 4), np.float32))
    half = ov.opset13.convert(ov.opset13.constant(np.ones((4, 4), np.float16)), "f32")
    first = ov.opset13.matmul(data, single, False, False)
    model = ov.Model([ov.opset13.matmul(first, half, False, False)], [data], "mixed")
    save(model, tmp_path, fp16=False)

    facts = describe(read(tmp_path / "model.xml"), tmp_path / "model.xml")

    assert facts["precision"] == "mixed"
    assert facts["weights"] == {"f16": {"elements": 16, "size_bytes": 32}, "f32": {"elements": 16, "size_bytes": 64}}


@pytest.mark.parametrize(("element_type", "precision"), [(ov.Type.f32, "FP32"), (ov.Type.f16, "FP16")])
def test_a_network_without_weights_has_the_precision_of_its_input(
    tmp_path: Path, element_type: ov.Type, precision: str
) -> None:
    data = ov.opset13.parameter([1, 4], element_type, name="data")
    save(ov.Model([ov.opset13.relu(data)], [data], "relu"), tmp_path, fp16=False)

    facts = describe(read(tmp_path / "model.xml"), tmp_path / "model.xml")

    assert facts["precision"] == precision
    assert facts["weights"] == {}
    assert facts["parameters"] == 0
    assert facts["gmacs"] == 0
