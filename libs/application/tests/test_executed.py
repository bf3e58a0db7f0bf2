"""What a device made of a request is read back, through names that other devices stand behind as well."""

from __future__ import annotations

from typing import Any

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as ops
from workbench.application import executed


@pytest.fixture(scope="module")
def compiled() -> Any:
    """One small network, compiled for each device and precision that is asked of it."""
    image = ops.parameter([1, 3, 16, 16], np.float32, name="image")
    kernel = ops.constant(np.ones((4, 3, 3, 3), np.float32))
    model = ov.Model([ops.relu(ops.convolution(image, kernel, [1, 1], [0, 0], [0, 0], [1, 1]))], [image], "small")
    core = ov.Core()
    return lambda device, **asked: core.compile_model(model, device, asked)


DEVICES = ["CPU", "AUTO", "AUTO:CPU", "MULTI:CPU", "HETERO:CPU"]


@pytest.mark.parametrize("device", DEVICES)
def test_f32_is_executed_as_asked(compiled: Any, device: str) -> None:
    asked = {"INFERENCE_PRECISION_HINT": "f32"}

    assert executed.difference(compiled(device, **asked), device, asked) is None


@pytest.mark.parametrize("device", DEVICES)
def test_f16_on_a_cpu_is_something_else_and_said_so(compiled: Any, device: str) -> None:
    asked = {"INFERENCE_PRECISION_HINT": "f16"}

    found = executed.difference(compiled(device, **asked), device, asked)

    assert found is not None
    assert str(found) == f"f16 was asked for, and it executes in {found.got}"
    assert found.got in ("bf16", "f32")


@pytest.fixture(scope="module")
def stored_in_fp16(tmp_path_factory: pytest.TempPathFactory) -> ov.Model:
    """Two layers with weights, one of them behind a transpose, as `ov.save_model` stores them unless told otherwise."""
    image = ops.parameter([1, 3, 16, 16], np.float32, name="image")
    random = np.random.default_rng(3)
    kernel, matrix = random.standard_normal((16, 3, 3, 3)), random.standard_normal((16, 10))
    seen = ops.convolution(image, ops.constant(kernel.astype(np.float32)), [1, 1], [0, 0], [0, 0], [1, 1])
    pooled = ops.reduce_mean(ops.relu(seen), ops.constant(np.array([2, 3])))
    told = ops.matmul(pooled, ops.constant(matrix.astype(np.float32)), False, False)
    path = tmp_path_factory.mktemp("fp16") / "model.xml"
    ov.save_model(ov.Model([told], [image], "small"), path)
    return ov.Core().read_model(path)


@pytest.mark.parametrize("device", DEVICES)
def test_a_model_stored_in_fp16_is_executed_in_what_its_kernels_compute_in(
    stored_in_fp16: ov.Model, device: str
) -> None:
    asked = {"INFERENCE_PRECISION_HINT": "f32"}

    made = ov.Core().compile_model(stored_in_fp16, device, asked)

    assert executed.difference(made, device, asked) is None
    assert set(executed.layer_precisions(made)) == {"f32"}


def test_a_configuration_makes_the_same_again(compiled: Any) -> None:
    asked = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}

    found = executed.configuration(compiled("AUTO", **asked), "AUTO", asked)

    assert {name: found[name] for name in asked} == asked
    assert found["executed"] == {"precision": "f32", "devices": ["CPU"], "layers": {"f32": 1}}


@pytest.mark.parametrize("hint", ["LATENCY", "THROUGHPUT"])
@pytest.mark.parametrize("device", DEVICES)
def test_what_is_compiled_again_with_a_configuration_takes_as_many_requests(
    compiled: Any, device: str, hint: str
) -> None:
    asked = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": hint}
    first = compiled(device, **asked)
    found = executed.configuration(first, device, asked)

    again = compiled(device, **{name: found[name] for name in (*executed.REUSABLE,) if name in found})

    optimal = "OPTIMAL_NUMBER_OF_INFER_REQUESTS"
    assert found["PERFORMANCE_HINT"] == hint
    assert again.get_property(optimal) == first.get_property(optimal)


def test_other_streams_than_asked_are_a_difference(compiled: Any) -> None:
    made = compiled("CPU", NUM_STREAMS=1)

    assert executed.difference(made, "CPU", {"NUM_STREAMS": 1}) is None
    assert str(executed.difference(made, "CPU", {"NUM_STREAMS": 2})) == "NUM_STREAMS 2 was asked for, and 1 was made"


class Silent:
    """A compiled model of a device that answers nothing."""

    def get_property(self, name: str) -> Any:
        raise RuntimeError(name)

    def get_runtime_model(self) -> Any:
        raise RuntimeError("not implemented")


@pytest.mark.parametrize("device", ["NPU", "AUTO:NPU"])
def test_what_nobody_says_is_not_known_and_no_difference(device: str) -> None:
    silent: Any = Silent()
    asked = {"INFERENCE_PRECISION_HINT": "f16"}

    assert executed.precision(silent, device) is None
    assert executed.difference(silent, device, asked) is None
    assert executed.configuration(silent, device, asked)["executed"]["devices"] is None
