"""Whether a model is a transformer: NNCF then leaves in floating point what attention and normalisation cannot spare.

The outputs of a small vision transformer are three times as near with that mode (off by 0.012 of their root mean square
instead of 0.036). Attention alone does not make one: detectors of convolutions have a block of it, and are better off
as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openvino as ov

_WHOLE = {"ScaledDotProductAttention"}
_NORMALISING = {"MVN", "RMS", "RMSNorm"}
_MOVING = {"Reshape", "Transpose", "Squeeze", "Unsqueeze", "Convert", "Broadcast"}


def is_transformer(model: ov.Model) -> bool:
    """It has attention, and normalises layers."""
    nodes = model.get_ops()
    types = {node.get_type_name() for node in nodes}
    if not types & _NORMALISING:
        return False
    return bool(types & _WHOLE) or any(_weighs(node) for node in nodes if node.get_type_name() == "Softmax")


def _weighs(softmax: Any) -> bool:
    """Whether it weighs values that the model has computed; of constants it makes coordinates, as some detectors do."""
    return any(
        not _is_constant(port.get_source_output().get_node())
        for product in _products(softmax)
        for port in product.inputs()
        if not _comes_of(port.get_source_output().get_node(), softmax)
    )


def _products(node: Any) -> Iterator[Any]:
    """The matrix products that it goes into, be it moved on the way."""
    for port in node.output(0).get_target_inputs():
        target = port.get_node()
        if target.get_type_name() == "MatMul":
            yield target
        elif target.get_type_name() in _MOVING:
            yield from _products(target)


def _comes_of(node: Any, source: Any) -> bool:
    while node.get_type_name() in _MOVING:
        node = node.input_value(0).get_node()
    return bool(node.get_friendly_name() == source.get_friendly_name())


def _is_constant(node: Any) -> bool:
    while node.get_type_name() in {*_MOVING, "FakeQuantize", "Multiply"} and node.get_input_size():
        node = node.input_value(0).get_node()
    return bool(node.get_type_name() == "Constant")
