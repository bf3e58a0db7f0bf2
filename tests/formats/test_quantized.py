"""A model that is INT8 before it comes: told as what it is, converted as it is, and never calibrated again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import openvino as ov
import pytest
from onnx import TensorProto, helper, numpy_helper
from workbench.calibrator.quantize import AlreadyQuantized, float_precision


def quantized(path: Path) -> None:
    """A convolution between QuantizeLinear and DequantizeLinear, as exporters of INT8 networks write it."""
    numbers = {
        "w": np.random.default_rng(0).integers(-127, 127, (8, 3, 3, 3)).astype(np.int8),
        "w_scale": np.float32(0.01),
        "w_zero": np.int8(0),
        "x_scale": np.float32(1 / 255),
        "x_zero": np.uint8(0),
    }
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "x_scale", "x_zero"], ["q"]),
        helper.make_node("DequantizeLinear", ["q", "x_scale", "x_zero"], ["d"]),
        helper.make_node("DequantizeLinear", ["w", "w_scale", "w_zero"], ["v"]),
        helper.make_node("Conv", ["d", "v"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 8, 6, 6])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in numbers.items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)


@pytest.mark.parametrize("precision", ["FP32", "FP16"])
def test_a_network_of_quantized_operations_is_int8_before_and_after(
    upload: Path, imported: Callable[[], dict[str, Any]], converted: Callable[..., Any], precision: str
) -> None:
    quantized(upload / "net.onnx")

    source = imported()
    facts, written = converted("model.onnx", precision)

    assert (source["precision"], facts["precision"]) == ("INT8", "INT8")
    assert facts["conversion"]["checked"]["verdict"] == "alike"
    assert facts["weights"]["i8"]["elements"] == 8 * 3 * 3 * 3
    with pytest.raises(AlreadyQuantized, match="calibrate the FP32 or FP16 model it was made from"):
        float_precision(ov.Core().read_model(written), written)
