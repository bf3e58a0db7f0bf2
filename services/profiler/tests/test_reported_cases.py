"""Situations that people have reported of other programs, measured with the right outcome."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import openvino as ov
import openvino.opset13 as ops
import pytest
from workbench.profiler.devices import absent
from workbench.profiler.measuring.inputs import arrays_for
from workbench.profiler.measuring.shapes import make_static
from workbench.profiler.values import ProfileSpec

Make = Callable[..., ov.Model]


def with_switch(second: ov.Node) -> ov.Model:
    """A picture and, beside it, a number or two that the answer is shifted by."""
    image = ops.parameter([1, 3, 32, 32], np.float32, name="image")
    image.output(0).set_names({"image"})
    pooled = ops.reduce_mean(image, ops.constant(np.array([2, 3])))
    axes = np.arange(len(second.get_output_shape(0)), dtype=np.int64)
    shift = ops.reduce_max(ops.convert(second, "f32"), ops.constant(axes))
    return ov.Model([ops.add(pooled, shift)], [image, second], "switch")


SCALAR = {"name": "mode", "shape": [], "element_type": np.int64}
VECTOR = {"name": "im_shape", "shape": [2], "element_type": np.float32}


@pytest.mark.parametrize("second", [SCALAR, VECTOR])
@pytest.mark.parametrize("batch", [1, 2])
def test_of_a_picture_and_a_number_only_the_picture_has_a_batch(second: dict[str, Any], batch: int) -> None:
    """openvino#14852: benchmark_app crashed with "out-of-range dimension"."""
    model = with_switch(ops.parameter(second["shape"], second["element_type"], name=second["name"]))

    make_static(model, ProfileSpec("model.xml", batch=batch))

    assert [list(port.get_shape()) for port in model.inputs] == [[batch, 3, 32, 32], second["shape"]]
    assert [array.shape for array in arrays_for(model, {}, 0)] == [(batch, 3, 32, 32), tuple(second["shape"])]


def test_a_model_with_a_scalar_beside_its_picture_is_measured(profile: Any) -> None:
    result = profile(with_switch(ops.parameter([], np.int64, name="mode")), hint="latency")["result"]

    assert [(each["name"], each["shape"], each["element_type"]) for each in result["inputs"]] == [
        ("image", [1, 3, 32, 32], "f32"),
        ("mode", [], "i64"),
    ]
    assert result["throughput_fps"]["value"] > 0


@pytest.mark.parametrize(
    ("device", "said"),
    [
        ("CPU.0", "there is one CPU device, without a number: CPU."),
        ("cpu", "names of devices are written in capitals: CPU."),
        ("gpu.1", "names of devices are written in capitals: GPU.1."),
        ("TPU", "OpenVINO has no plugin for 'TPU'."),
    ],
)
def test_a_device_that_there_is_not_is_refused_with_a_true_sentence(device: str, said: str) -> None:
    assert absent.why(ov.Core(), device).reason == said


def test_a_latency_hint_with_two_streams_says_that_one_request_ran(profile: Any, convolutions: Make) -> None:
    """openvino PR 12935: the hint and the streams given together mean different things."""
    result = profile(convolutions(), hint="latency", streams=2)["result"]

    configuration = result["configuration"]
    idle = [note for note in result["notes"] if "the others stood idle" in note]
    assert configuration["NUM_STREAMS"] == 2
    assert {launch["requests"] for launch in result["launches"]} == {configuration["requests"]}
    assert bool(idle) == (configuration["requests"] < 2)


def test_a_virtual_device_says_which_executed_and_in_what(profile: Any, convolutions: Make) -> None:
    executed = profile(convolutions(), hint="latency", device="AUTO")["result"]["configuration"]["executed"]

    assert (executed["devices"], executed["precision"]) == (["CPU"], "f32")
