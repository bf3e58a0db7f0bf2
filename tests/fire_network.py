"""SqueezeNet 1.1 with weights that nobody trained: the published one's shapes and names, wherever its file is not.

For tests that ask how a real network is read, changed or refused, and not what it recognises.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

# By fire module: how many channels it squeezes to, and each of its two halves expands to.
FIRES = {2: (16, 64), 3: (16, 64), 4: (32, 128), 5: (32, 128), 6: (48, 192), 7: (48, 192), 8: (64, 256), 9: (64, 256)}
POOLED_AFTER = (3, 5)


class Network:
    """Nodes and weights, layer upon layer."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(11)
        self.nodes: list[NodeProto] = []
        self.weights: list[TensorProto] = []

    def conv(self, name: str, source: str, shape: tuple[int, int], side: int, *, stride: int = 1, pad: int = 0) -> str:
        """A convolution ``shape`` (out, in) and its ReLU; returns its output."""
        spread = (2 / (shape[1] * side * side)) ** 0.5
        # Half precision holds each of them, as it does those of the published one.
        weight = self._random.normal(0, spread, (*shape, side, side)).astype(np.float16).astype(np.float32)
        bias = self._random.normal(0, 0.05, shape[0]).astype(np.float16).astype(np.float32)
        self.weights += [numpy_helper.from_array(weight, f"{name}_w_0"), numpy_helper.from_array(bias, f"{name}_b_0")]
        self.nodes += [
            helper.make_node(
                "Conv",
                [source, f"{name}_w_0", f"{name}_b_0"],
                [f"{name}_1"],
                kernel_shape=[side, side],
                strides=[stride, stride],
                pads=[pad] * 4,
            ),
            helper.make_node("Relu", [f"{name}_1"], [f"{name}_2"]),
        ]
        return f"{name}_2"

    def pool(self, name: str, source: str) -> str:
        """Half the width and height."""
        self.nodes.append(helper.make_node("MaxPool", [source], [name], kernel_shape=[3, 3], strides=[2, 2]))
        return name

    def fire(self, number: int, source: str, channels: int) -> str:
        """A squeeze, and two convolutions side by side."""
        squeezed, expanded = FIRES[number]
        inside = self.conv(f"fire{number}/squeeze1x1", source, (squeezed, channels), 1)
        halves = [
            self.conv(f"fire{number}/expand1x1", inside, (expanded, squeezed), 1),
            self.conv(f"fire{number}/expand3x3", inside, (expanded, squeezed), 3, pad=1),
        ]
        self.nodes.append(helper.make_node("Concat", halves, [f"fire{number}/concat_1"], axis=1))
        return f"fire{number}/concat_1"


def write(path: Path) -> Path:
    """The network as an ONNX file; the same bytes every time."""
    network = Network()
    last = network.pool("pool1_1", network.conv("conv1", "data_0", (64, 3), 3, stride=2))
    for number, channels in zip(FIRES, _channels(), strict=False):
        last = network.fire(number, last, channels)
        if number in POOLED_AFTER:
            last = network.pool(f"pool{number}_1", last)
    last = network.conv("conv10", last, (1000, 512), 1)
    network.nodes += [
        helper.make_node("GlobalAveragePool", [last], ["pool10_1"]),
        helper.make_node("Softmax", ["pool10_1"], ["softmaxout_1"], axis=1),
    ]
    graph = helper.make_graph(
        network.nodes,
        "squeezenet",
        [helper.make_tensor_value_info("data_0", TensorProto.FLOAT, [1, 3, 224, 224])],
        [helper.make_tensor_value_info("softmaxout_1", TensorProto.FLOAT, [1, 1000, 1, 1])],
        network.weights,
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=7), path)
    return path


def _channels() -> Iterator[int]:
    """Into each fire module."""
    yield 64
    for _, expanded in FIRES.values():
        yield 2 * expanded
