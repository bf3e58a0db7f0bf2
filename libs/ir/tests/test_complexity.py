"""What an inference costs, against published figures of known networks and against counts made by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import openvino as ov
import pytest
from openvino import opset13 as op
from workbench.ir import complexity
from workbench.ir.operations import operations
from workbench.ir.weights import weights

LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"


# As Open Model Zoo publishes them: models/public/{resnet-50-pytorch,densenet-121,vgg19}/README.md. These files have the
# published architectures with made-up weights.
@pytest.mark.parametrize(("name", "published"), [("resnet50", 8.216), ("densenet121", 5.724), ("vgg19", 39.3)])
def test_known_networks_have_the_gflops_that_are_published_to_a_hundredth(name: str, published: float) -> None:
    nodes = operations(ov.Core().read_model(LIGHT / f"light_{name}.onnx"))

    counted = complexity.operations_by_arithmetic(nodes)

    assert counted["gflops"] == pytest.approx(published, rel=0.011)
    assert counted["giops"] == 0


def test_squeezenet_has_the_parameters_that_are_published(network: Path) -> None:
    nodes = operations(ov.Core().read_model(network / "squeezenet1.1.onnx"))

    assert sum(row["elements"] for row in weights(nodes).values()) == pytest.approx(1.236e6, rel=0.001)


def test_a_convolution_of_quantized_values_is_integer_work(convolution: ov.Model) -> None:
    assert complexity.operations_by_arithmetic(operations(quantized())) == {
        "gflops": 0.0,
        "giops": 2 * 6912 / 1e9,
        "reason": None,
        "convention": complexity.CONVENTION,
    }
    assert complexity.operations_by_arithmetic(operations(convolution))["giops"] == 0


def test_quantized_weights_alone_leave_the_arithmetic_in_floats() -> None:
    assert complexity.operations_by_arithmetic(operations(quantized(data=False)))["gflops"] == 2 * 6912 / 1e9


def test_open_shapes_are_said_instead_of_counted(convolution: ov.Model) -> None:
    convolution.reshape([1, 3, -1, [8, 16]])

    assert complexity.operations_by_arithmetic(operations(convolution))["gflops"] is None
    assert "known only at run time" in complexity.activation_memory(convolution)["reason"]
    height, width = complexity.dynamic_dimensions(convolution)
    assert height == {"input": "data", "index": 2, "dimension": -1}
    assert width == {"input": "data", "index": 3, "dimension": [8, 16]}


def test_sparsity_is_the_share_of_weights_that_is_zero() -> None:
    kernel = np.ones((4, 3, 1, 1), np.float32)
    kernel[0] = 0
    data = op.parameter([1, 3, 8, 8], ov.Type.f32)

    model = ov.Model([op.convolution(data, op.constant(kernel), [1, 1], [0, 0], [0, 0], [1, 1])], [data], "sparse")

    assert complexity.sparsity(operations(model)) == 0.25
    assert complexity.sparsity(operations(ov.Model([op.relu(data)], [data], "none"))) is None


def test_activations_live_until_their_last_reader_is_done() -> None:
    data = op.parameter([1, 100], ov.Type.f32)
    first = op.relu(data)
    second = op.relu(first)
    joined = op.add(op.relu(second), first)  # so that the first lives longest

    memory = complexity.activation_memory(ov.Model([joined], [data], "chain"))

    assert memory == {"min_bytes": 3 * 400, "max_bytes": 5 * 400, "reason": None}


def test_what_hangs_on_constants_alone_is_no_activation() -> None:
    data = op.parameter([1, 100], ov.Type.f32)
    wide = op.convert(op.constant(np.ones((1, 100), np.float16)), "f32")

    memory = complexity.activation_memory(ov.Model([op.add(data, op.multiply(wide, wide))], [data], "folded"))

    assert memory["max_bytes"] == 2 * 400


def quantized(data: bool = True) -> ov.Model:
    """The convolution of 6912 multiply–accumulates with stored i8 weights, on quantized ``data`` or not."""
    source = op.parameter([1, 3, 8, 8], ov.Type.f32)
    levels = [op.constant(np.float32(each)) for each in (0, 2.55, 0, 2.55)]
    values = op.fake_quantize(source, *levels, 256) if data else source
    stored = op.convert(op.constant(np.ones((4, 3, 3, 3), np.int8)), "f32")
    kernel = op.multiply(op.subtract(stored, op.constant(np.float32(1))), op.constant(np.float32(0.1)))
    return ov.Model([op.convolution(values, kernel, [1, 1], [1, 1], [1, 1], [1, 1])], [source], "quantized")
