"""Which constants are a model's weights, and what precision they give the model its name for."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import openvino as ov
from workbench.ir.operations import low_bit

_FLOAT_SHARE = 0.99  # a few float constants that cannot be halved do not make a model "mixed"


def weights(operations: Iterable[ov.Node]) -> dict[str, dict[str, int]]:
    """Elements and bytes of the weights by element type.

    A weight is a float constant or a quantized one. What merely describes a quantization (ranges, scales,
    zero points) is not: an INT8 model has the parameters of the model it came from. Neither are indices.
    """
    table: dict[str, dict[str, int]] = {}
    for constant in operations:
        if constant.get_type_name() != "Constant" or not is_weight(constant):
            continue
        element_type = constant.get_output_element_type(0)
        elements = math.prod(constant.get_output_shape(0))
        row = table.setdefault(element_type.get_type_name(), {"elements": 0, "size_bytes": 0})
        row["elements"] += elements
        row["size_bytes"] += math.ceil(elements * element_type.get_bitwidth() / 8)
    return dict(sorted(table.items()))


def precision(operations: Iterable[ov.Node], table: dict[str, dict[str, int]], inputs: list[Any]) -> str:
    """FP32, FP16, INT8 or mixed; a model without weights goes by the element type of its first input."""
    fake_quantized = any(operation.get_type_name() == "FakeQuantize" for operation in operations)
    if fake_quantized or table.keys() & {"i8", "u8"}:
        return "INT8"
    elements = {name: row["elements"] for name, row in table.items()}
    if not sum(elements.values()):
        elements = {inputs[0]["element_type"]: 1} if inputs else {}
    total = sum(elements.values())
    for label, element_type in (("FP16", "f16"), ("FP32", "f32")):
        if total and elements.get(element_type, 0) >= _FLOAT_SHARE * total:
            return label
    return "mixed"


def is_weight(constant: ov.Node) -> bool:
    """Whether a constant counts as weights."""
    if constant.get_output_element_type(0).is_real() or low_bit(constant):
        return not _describes_a_quantization(constant)
    return False


def _describes_a_quantization(constant: ov.Node) -> bool:
    return any(
        _describes_a_quantization(user.get_node())
        if user.get_node().get_type_name() == "Convert"
        else _is_quantization_port(user)
        for user in constant.output(0).get_target_inputs()
    )


def _is_quantization_port(port: ov.Input) -> bool:
    kind, index = port.get_node().get_type_name(), port.get_index()
    if kind == "FakeQuantize":
        return index > 0
    return kind in ("Multiply", "Subtract") and index == 1 and dequantizes(port.get_node())


def dequantizes(node: ov.Node) -> bool:
    """Whether a multiplication makes floats of stored quantized numbers."""
    # quantized constant → Convert → Subtract (zero point) → Multiply (scale), the Subtract optional
    source = node.input_value(0).get_node()
    if source.get_type_name() == "Subtract":
        return dequantizes(source)
    return source.get_type_name() == "Convert" and low_bit(source.input_value(0).get_node())
