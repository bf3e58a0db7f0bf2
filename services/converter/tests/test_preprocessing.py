"""Preprocessing inside the model computes what NumPy computes outside it, on photographs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as op
from workbench import ir
from workbench.converter.convert import convert
from workbench.converter.preprocessing import build_in
from workbench.converter.values import InputOptions, Options

Converted = Callable[..., tuple[dict[str, Any], Path]]
Infer = Callable[..., np.ndarray]

MEAN, SCALE = [103.53, 116.28, 123.675], [57.375, 57.12, 58.395]


@pytest.mark.parametrize(
    "asked",
    [
        {"mean": MEAN},
        {"scale": SCALE},
        {"mean": MEAN, "scale": SCALE},
        {"reverse_channels": True},
        {"reverse_channels": True, "mean": MEAN, "scale": SCALE},
        {"reverse_channels": True, "mean": MEAN, "scale": SCALE, "layout": "NCHW", "shape": [1, 3, 224, 224]},
        {"mean": [0, 0, 0], "scale": [-1, 1, 2]},
    ],
)
def test_a_network_with_it_built_in_agrees_with_numpy_before_the_network(
    squeezenet: Path, photographs: np.ndarray, converted: Converted, infer: Infer, asked: dict[str, Any]
) -> None:
    _, outputs = converted(squeezenet, "FP32", data_0=asked)

    for photograph in photographs[:5]:
        image = photograph.transpose(2, 0, 1)[None].copy()
        prepared = in_numpy(image, **asked)
        assert np.abs(infer(outputs / "model.xml", image) - infer(squeezenet, prepared)).max() < 1e-4


def test_what_is_inside_now_is_no_longer_told_to_be_done_outside(tmp_path: Path) -> None:
    model = passing((1, 3, 224, 224))
    told = {"model_type": "Classification", "mean_values": "1 2 3", "scale_values": "4 5 6"}
    ir.tell(model, {**told, "reverse_input_channels": "NO"})

    asked = InputOptions(mean=MEAN, reverse_channels=True, layout="NCHW")
    ir.save(convert(model, Options("FP32", {"x": asked})), tmp_path, fp16=False)
    info = ov.Core().read_model(tmp_path / "model.xml").get_rt_info()["model_info"]

    assert {name: value.astype(str) for name, value in info.items()} == {
        "model_type": "Classification",
        "reverse_input_channels": "YES",
    }


def test_a_conversion_that_builds_nothing_in_keeps_what_the_model_says(tmp_path: Path) -> None:
    model = passing((1, 3, 224, 224))
    ir.tell(model, {"mean_values": "1 2 3"})

    ir.save(convert(model, Options("FP32")), tmp_path, fp16=False)

    info = ov.Core().read_model(tmp_path / "model.xml").get_rt_info(["model_info", "mean_values"])
    assert info.astype(str) == "1 2 3"


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
def test_the_values_a_first_layer_sees_are_numpys(photographs: np.ndarray, layout: str) -> None:
    images = photographs[:1] if layout == "NHWC" else photographs[:1].transpose(0, 3, 1, 2).copy()
    asked = {"reverse_channels": True, "mean": MEAN, "scale": SCALE}

    seen = run(build_in(passing(images.shape), {"x": InputOptions(**asked, layout=layout)}), images)

    np.testing.assert_allclose(seen, in_numpy(images, **asked, axis=layout.index("C")), rtol=0, atol=1e-4)


def test_rgb_photographs_reach_the_known_accuracy_through_the_ir(
    shared: Path, squeezenet: Path, photographs: np.ndarray, converted: Converted, infer: Infer
) -> None:
    # The model wants BGR minus its means: right, most photographs are recognised; wrong, hardly any.
    files = sorted(path.name for path in (shared / "datasets" / "imagenet200" / "images").iterdir())[:20]
    lines = (shared / "datasets" / "imagenet200" / "val.txt").read_text().splitlines()
    labels = dict(line.split() for line in lines)
    asked = {"reverse_channels": True, "mean": [104, 117, 123]}
    _, outputs = converted(squeezenet, "FP16", data_0=asked)

    answers = [infer(outputs / "model.xml", image.transpose(2, 0, 1)[None].copy()).argmax() for image in photographs]

    assert sum(int(labels[file]) == answer for file, answer in zip(files, answers, strict=True)) >= 9


def test_a_layout_alone_changes_no_number_and_is_kept(
    squeezenet: Path, photographs: np.ndarray, converted: Converted, infer: Infer
) -> None:
    facts, outputs = converted(squeezenet, "FP32", data_0={"layout": "NCHW"})
    image = photographs[0].transpose(2, 0, 1)[None].copy()

    assert (facts["inputs"][0]["layout"], facts["inputs"][0]["layout_source"]) == ("NCHW", "model")
    np.testing.assert_array_equal(infer(outputs / "model.xml", image), infer(squeezenet, image))


def test_preprocessing_writes_down_the_layout_it_went_by(squeezenet: Path, converted: Converted) -> None:
    facts, _ = converted(squeezenet, "FP32", data_0={"mean": MEAN})

    assert (facts["inputs"][0]["layout"], facts["inputs"][0]["layout_source"]) == ("NCHW", "model")


def test_names_and_shapes_of_inputs_and_outputs_survive(squeezenet: Path, converted: Converted) -> None:
    facts, _ = converted(squeezenet, "FP16", data_0={"reverse_channels": True, "mean": MEAN, "scale": SCALE})

    assert (facts["inputs"][0]["name"], facts["inputs"][0]["shape"]) == ("data_0", [1, 3, 224, 224])
    assert facts["outputs"][0]["name"] == "softmaxout_1"


def test_each_of_several_inputs_gets_its_own(models: Path, converted: Converted, infer: Infer) -> None:
    original = models / "tiny_inpaint" / "tiny_inpaint.onnx"
    random = np.random.default_rng(0)
    image = random.uniform(0, 255, (1, 3, 64, 64)).astype(np.float32)
    mask = np.zeros((1, 1, 64, 64), np.float32)
    mask[..., 16:32, 16:32] = 255
    _, outputs = converted(original, "FP32", image={"scale": [255, 255, 255]}, mask={"scale": [255]})

    answer = infer(outputs / "model.xml", image, mask)

    np.testing.assert_allclose(answer, infer(original, image / 255, mask / 255), rtol=0, atol=1e-4)


def test_a_dynamic_channel_dimension_takes_as_many_values_as_are_given(tmp_path: Path) -> None:
    image = np.random.default_rng(0).normal(size=(1, 3, 4, 4)).astype(np.float32)
    model = build_in(passing([-1, -1, -1, -1]), {"x": InputOptions(layout="NCHW", mean=MEAN)})

    np.testing.assert_allclose(run(model, image), in_numpy(image, mean=MEAN), rtol=0, atol=1e-4)


def test_a_half_precision_input_gets_its_mean_in_full_precision(
    models: Path, squeezenet: Path, photographs: np.ndarray, converted: Converted, infer: Infer
) -> None:
    half = models / "squeezenet1.1" / "squeezenet1.1_fp16.onnx"
    _, outputs = converted(half, "FP32", data_0={"reverse_channels": True, "mean": MEAN})
    image = photographs[0].transpose(2, 0, 1)[None].copy()

    expected = infer(squeezenet, in_numpy(image, reverse_channels=True, mean=MEAN))
    assert np.abs(infer(outputs / "model.xml", image) - expected).max() < 1e-4


def test_an_ir_that_declares_its_layout_needs_it_said_no_more(tmp_path: Path) -> None:
    model = passing([1, 3, 8, 3])  # its shape alone would leave doubt
    model.inputs[0].get_node().set_layout(ov.Layout("NHWC"))
    ir.save(model, tmp_path, fp16=False)
    image = np.random.default_rng(0).normal(size=(1, 3, 8, 3)).astype(np.float32)

    built = build_in(ir.read(tmp_path / "model.xml"), {"x": InputOptions(mean=MEAN)})

    np.testing.assert_allclose(run(built, image), in_numpy(image, mean=MEAN, axis=3), rtol=0, atol=1e-4)


def in_numpy(
    image: np.ndarray,
    *,
    mean: list[float] | None = None,
    scale: list[float] | None = None,
    reverse_channels: bool = False,
    axis: int = 1,
    **_: object,
) -> np.ndarray:
    shape = [1] * image.ndim
    shape[axis] = -1
    if reverse_channels:
        image = np.flip(image, axis)
    if mean is not None:
        image = image - np.array(mean, np.float32).reshape(shape)
    if scale is not None:
        image = image / np.array(scale, np.float32).reshape(shape)
    return np.ascontiguousarray(image, np.float32)


def passing(shape: list[int] | tuple[int, ...]) -> ov.Model:
    """y = x + 0, which no preprocessing can be folded into."""
    data = op.parameter(ov.PartialShape(list(shape)), ov.Type.f32, name="x")
    data.output(0).set_names({"x"})
    return ov.Model([op.add(data, op.constant(np.float32(0)))], [data], "passing")


def run(model: ov.Model, image: np.ndarray) -> np.ndarray:
    compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return np.array(compiled(image)[0])
