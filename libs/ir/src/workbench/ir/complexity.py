"""What one inference costs beyond its multiply–accumulates: in which arithmetic they are, and how much memory.

A multiply–accumulate is two operations, as Open Model Zoo and DL Workbench publish them. Counted are convolutions and
matrix products; what they leave out (activations, pooling, additions) is about one per cent of a vision model.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import openvino as ov
from workbench.ir.arithmetic import macs
from workbench.ir.operations import low_bit
from workbench.ir.tensors import shape_json, tensor_name
from workbench.ir.weights import dequantizes, is_weight

CONVENTION = "two operations a multiply-accumulate; convolutions and matrix products; one inference, the whole batch"

# What a quantized value may pass on its way to the arithmetic without becoming another.
_PASSES = {
    "Convert",
    "Reshape",
    "Transpose",
    "Squeeze",
    "Unsqueeze",
    "Relu",
    "MaxPool",
    "Concat",
    "Split",
    "VariadicSplit",
    "StridedSlice",
    "Slice",
    "Gather",
    "Pad",
    "DepthToSpace",
    "SpaceToDepth",
}


_VARIES = {"RandomUniform", "Multinomial", "ReadValue", "Loop", "TensorIterator", "If"}


def operations_by_arithmetic(nodes: Sequence[ov.Node]) -> dict[str, Any]:
    """``gflops`` and ``giops``, 1e9 operations each; both null, with ``reason``, where one cannot be counted."""
    floats, integers = 0, 0
    for node in nodes:
        count, reason = macs(node)
        if count is None:
            return {"gflops": None, "giops": None, "reason": reason, "convention": CONVENTION}
        if count and is_quantized(node):
            integers += 2 * count
        else:
            floats += 2 * count
    return {"gflops": floats / 1e9, "giops": integers / 1e9, "reason": None, "convention": CONVENTION}


def is_quantized(node: ov.Node) -> bool:
    """Whether a convolution or matrix product works on quantized values, both of them."""
    return all(_comes_quantized(value.get_node()) for value in node.input_values()[:2])


def sparsity(nodes: Sequence[ov.Node]) -> float | None:
    """The share of the weights that is zero, 0 to 1; None without weights, or with some that cannot be looked at."""
    zeros, elements = 0, 0
    for node in nodes:
        if node.get_type_name() != "Constant" or not is_weight(node):
            continue
        try:
            data = node.data
        except RuntimeError:  # packed types that numpy has no name for
            return None
        if data.size != math.prod(node.get_output_shape(0)):  # several in one byte
            return None
        elements += data.size
        zeros += data.size - int(np.count_nonzero(data))
    return zeros / elements if elements else None


def activation_memory(model: ov.Model) -> dict[str, Any]:
    """Bytes of what flows between operations, at the graph's element types; what hangs on constants alone is none.

    ``max_bytes``: every result kept; ``min_bytes``: each dropped once its last reader is done, in the order of the
    graph. A runtime lies between, or below where it fuses. Null, with ``reason``, when a shape is known only at run
    time. What is inside loops and branches is left out.
    """
    nodes = [node for node in model.get_ordered_ops() if node.get_type_name() != "Result"]
    constant = _constants(nodes)
    nodes = [node for node in nodes if node.get_name() not in constant]
    left = _readers(nodes, constant)
    alive, most, total = 0, 0, 0
    for node in nodes:
        made = _made_bytes(node)
        if made is None:
            reason = f"{node.get_type_name()} '{node.get_friendly_name()}' has a shape known only at run time"
            return {"min_bytes": None, "max_bytes": None, "reason": reason}
        total, alive = total + made, alive + made
        most = max(most, alive)
        for source in _sources(node, constant):
            left[source.get_name()] -= 1
            if left[source.get_name()] == 0:
                alive -= _made_bytes(source) or 0
    return {"min_bytes": most, "max_bytes": total, "reason": None}


def dynamic_dimensions(model: ov.Model) -> list[dict[str, Any]]:
    """Each input dimension that is open: ``input``, ``index`` (null: even the rank is), and what it may be."""
    found: list[dict[str, Any]] = []
    for port in model.inputs:
        shape = shape_json(port.get_partial_shape())
        if shape is None:
            found.append({"input": tensor_name(port), "index": None, "dimension": -1})
            continue
        opened = {index: size for index, size in enumerate(shape) if isinstance(size, list) or size == -1}
        found += [{"input": tensor_name(port), "index": index, "dimension": size} for index, size in opened.items()]
    return found


def _comes_quantized(node: ov.Node) -> bool:
    while node.get_type_name() in _PASSES:
        if low_bit(node.input_value(0).get_node()):
            return True
        node = node.input_value(0).get_node()
    if node.get_type_name() == "Multiply":
        return dequantizes(node)
    return node.get_type_name() == "FakeQuantize" and _fits_integers(node)


def _fits_integers(node: ov.Node) -> bool:
    return int(node.get_attributes()["levels"]) <= 256


def _constants(nodes: Sequence[ov.Node]) -> set[str]:
    """The names of what needs no inference to be known."""
    found: set[str] = set()
    for node in nodes:
        sources = [value.get_node().get_name() for value in node.input_values()]
        follows = bool(sources) and node.get_type_name() not in _VARIES and found.issuperset(sources)
        if follows or node.get_type_name() == "Constant":
            found.add(node.get_name())
    return found


def _sources(node: ov.Node, constant: set[str]) -> list[ov.Node]:
    return [value.get_node() for value in node.input_values() if value.get_node().get_name() not in constant]


def _readers(nodes: Sequence[ov.Node], constant: set[str]) -> dict[str, int]:
    """How many inputs each operation feeds; what nothing but an output reads is kept to the end."""
    count = {node.get_name(): 0 for node in nodes}
    for node in nodes:
        for source in _sources(node, constant):
            count[source.get_name()] += 1
    return count


def _made_bytes(node: ov.Node) -> int | None:
    sizes = [_size_bytes(port) for port in node.outputs()]
    return None if None in sizes else sum(size or 0 for size in sizes)


def _size_bytes(port: ov.Output) -> int | None:
    if port.get_partial_shape().is_dynamic or port.get_element_type().is_dynamic():
        return None
    return math.ceil(math.prod(port.get_shape()) * int(port.get_element_type().get_bitwidth()) / 8)
