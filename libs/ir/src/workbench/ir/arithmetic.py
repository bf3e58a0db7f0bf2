"""How much one inference computes: multiply–accumulates of the operations that dominate vision models."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import openvino as ov

# Their multiplications depend on what happens at run time, or are not modelled here: no number is better
# than a wrong one.
_NOT_COUNTED = {
    "BinaryConvolution",
    "DeformableConvolution",
    "Einsum",
    "GRUCell",
    "GRUSequence",
    "If",
    "Loop",
    "LSTMCell",
    "LSTMSequence",
    "RNNCell",
    "RNNSequence",
    "ScaledDotProductAttention",
    "TensorIterator",
}


def gmacs(operations: Iterable[ov.Node]) -> tuple[float | None, str | None]:
    """Giga multiply–accumulates of one inference at the declared shapes, the whole batch.

    Or (None, why not), when a shape is known only at run time or an operation cannot be counted.
    """
    total = 0
    for operation in operations:
        count, reason = macs(operation)
        if count is None:
            return None, reason
        total += count
    return total / 1e9, None


def macs(operation: ov.Node) -> tuple[int | None, str | None]:
    """Multiply–accumulates of one operation, 0 for what does none that count; or (None, why not)."""
    kind = operation.get_type_name()
    if kind in _NOT_COUNTED:
        return None, f"{kind} '{operation.get_friendly_name()}' cannot be counted before it runs"
    if kind not in _COUNTED:
        return 0, None
    if not _is_static(operation):
        return None, f"{kind} '{operation.get_friendly_name()}' has a shape known only at run time"
    return _COUNTED[kind](operation), None


def _is_static(operation: ov.Node) -> bool:
    shapes = [port.get_partial_shape() for port in (*operation.inputs()[:2], operation.output(0))]
    return all(shape.is_static for shape in shapes)


def _convolution(operation: ov.Node) -> int:
    _, *kernel = operation.input(1).get_shape()  # [out, in, *spatial]
    return math.prod(operation.get_output_shape(0)) * math.prod(kernel)


def _group_convolution(operation: ov.Node) -> int:
    _, _, *kernel = operation.input(1).get_shape()  # [groups, out, in, *spatial]
    return math.prod(operation.get_output_shape(0)) * math.prod(kernel)


def _transposed_convolution(operation: ov.Node) -> int:
    _, *kernel = operation.input(1).get_shape()  # [in, out, *spatial]
    return math.prod(operation.input(0).get_shape()) * math.prod(kernel)


def _group_transposed_convolution(operation: ov.Node) -> int:
    _, _, *kernel = operation.input(1).get_shape()  # [groups, in, out, *spatial]
    return math.prod(operation.input(0).get_shape()) * math.prod(kernel)


def _matmul(operation: ov.Node) -> int:
    left = list(operation.input(0).get_shape())
    transposed = operation.get_attributes()["transpose_a"] and len(left) > 1
    return math.prod(operation.get_output_shape(0)) * left[-2 if transposed else -1]


_COUNTED: dict[str, Callable[[ov.Node], int]] = {
    "Convolution": _convolution,
    "GroupConvolution": _group_convolution,
    "ConvolutionBackpropData": _transposed_convolution,
    "GroupConvolutionBackpropData": _group_transposed_convolution,
    "MatMul": _matmul,
}
