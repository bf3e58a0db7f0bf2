"""The demo's network as an ONNX model."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from workbench.standalone.demo.digits import SIDE
from workbench.standalone.demo.network import CLASSES, POOL, Convolution, Network

OPSET = 13
INPUT = "image"
OUTPUT = "probabilities"


def to_onnx(network: Network) -> bytes:
    """Input ``image`` f32 [1, 3, SIDE, SIDE], RGB of 0 … 255; output ``probabilities`` f32 [1, CLASSES]."""
    nodes, weights = [], []
    tensor = INPUT
    for number, convolution in enumerate(network.convolutions, 1):
        nodes += _convolution(number, tensor, convolution)
        weights += _convolution_weights(number, convolution)
        tensor = f"relu{number}"
    nodes += _head(tensor)
    weights += [_named("head.weights", network.head_weights), _named("head.bias", network.head_bias)]
    graph = helper.make_graph(
        nodes, "digits", [_tensor(INPUT, [1, 3, SIDE, SIDE])], [_tensor(OUTPUT, [1, CLASSES])], weights
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8, producer_name="workbench demo"
    )
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


def _convolution(number: int, source: str, convolution: Convolution) -> list[Any]:
    name = f"conv{number}"
    return [
        helper.make_node(
            "Conv",
            [source, f"{name}.weights", f"{name}.bias"],
            [name],
            name=name,
            kernel_shape=[3, 3],
            pads=[1, 1, 1, 1],
            strides=[convolution.stride] * 2,
        ),
        helper.make_node("Relu", [name], [f"relu{number}"], name=f"relu{number}"),
    ]


def _convolution_weights(number: int, convolution: Convolution) -> list[Any]:
    weights = convolution.weights.transpose(3, 2, 0, 1)  # ONNX: out, in, row, column
    return [_named(f"conv{number}.weights", weights), _named(f"conv{number}.bias", convolution.bias)]


def _head(source: str) -> list[Any]:
    return [
        helper.make_node("AveragePool", [source], ["pool"], name="pool", kernel_shape=[POOL] * 2, strides=[POOL] * 2),
        helper.make_node("Flatten", ["pool"], ["flatten"], name="flatten"),
        helper.make_node("Gemm", ["flatten", "head.weights", "head.bias"], ["head"], name="head"),
        helper.make_node("Softmax", ["head"], [OUTPUT], name="softmax", axis=1),
    ]


def _named(name: str, values: Any) -> Any:
    return numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name)


def _tensor(name: str, shape: list[int]) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
