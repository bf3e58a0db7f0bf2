"""Refusing a model whose declared shapes no machine could hold, before anything tries to."""

from __future__ import annotations

import math

import openvino as ov
from workbench.ir.operations import operations
from workbench.ir.tensors import shape_json, tensor_name
from workbench.runner.core import Refusal

LARGEST_TENSOR_BYTES = 8 * 2**30  # a 4K RGB frame as f32 is 0.1 GiB: room for 80 of them in one tensor


class TooLarge(Refusal):
    """One tensor of the model needs more memory than is accepted: ``tensor``, ``shape``, ``size_bytes``."""


def refuse_too_large(model: ov.Model, file: str) -> None:
    """Raise :class:`TooLarge` for the first tensor over the limit, inputs before results.

    Dynamic dimensions count as the smallest they may be, since only a run decides them.
    """
    for port in model.inputs:
        _refuse(port, f"input '{tensor_name(port)}'", file)
    for node in operations(model):
        for port in node.outputs():
            _refuse(port, f"the result of {node.get_type_name()} '{node.get_friendly_name()}'", file)


def _refuse(port: ov.Output, what: str, file: str) -> None:
    size = _smallest_bytes(port)
    if size <= LARGEST_TENSOR_BYTES:
        return
    shape = shape_json(port.get_partial_shape())
    raise TooLarge(
        f"{file}: {what} has the shape {shape} of {port.get_element_type().get_type_name()}, "
        f"{size / 2**30:,.1f} GiB; at most {LARGEST_TENSOR_BYTES / 2**30:g} GiB in one tensor is accepted. "
        "Use a smaller shape, or check the exported model's dimensions.",
        file=file,
        tensor=what,
        shape=shape,
        size_bytes=size,
        limit_bytes=LARGEST_TENSOR_BYTES,
    )


def _smallest_bytes(port: ov.Output) -> int:
    shape, element_type = port.get_partial_shape(), port.get_element_type()
    if shape.rank.is_dynamic or element_type.is_dynamic():
        return 0
    elements = math.prod(max(int(dimension.get_min_length()), 1) for dimension in shape)
    return math.ceil(elements * int(element_type.get_bitwidth()) / 8)
