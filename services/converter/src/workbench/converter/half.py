"""Making a half-precision graph a single-precision one, so that every IR computes and stores alike.

An ONNX file in FP16 has FP16 inputs, weights and arithmetic; an IR in FP16 stores its weights so and computes
in the precision its device is asked for. After this a model of either kind is the second kind.
"""

from __future__ import annotations

import numpy as np
import openvino as ov
from openvino import opset13 as op
from workbench import ir
from workbench.converter.values import BadPrecision
from workbench.ir.operations import operations

_KINDS = {"Parameter", "Constant", "Convert"}


def widen(model: ov.Model, called: str) -> None:
    """Replace every f16 by f32, in place. The values stay what they were: every f16 is an f32. Raises BadPrecision."""
    nodes = [node for node in operations(model) if node.get_type_name() in _KINDS and _is_half(node)]
    for node in nodes:
        _widen(node)
    try:
        model.validate_nodes_and_infer_types()
    except RuntimeError as error:
        raise BadPrecision(
            f"{called}: its FP16 arithmetic cannot be made FP32: {ir.one_line(str(error))}. Export the model in FP32.",
            field="precision",
        ) from error
    for node in operations(model):
        _drop_if_it_converts_nothing(node)


def _is_half(node: ov.Node) -> bool:
    return bool(node.get_output_element_type(0) == ov.Type.f16)


def _widen(node: ov.Node) -> None:
    if node.get_type_name() == "Parameter":
        node.set_element_type(ov.Type.f32)
    elif node.get_type_name() == "Convert":
        node.set_attribute("destination_type", "f32")
    else:
        wide = op.constant(node.data.astype(np.float32))
        wide.set_friendly_name(node.get_friendly_name())
        _replace(node, wide)


def _drop_if_it_converts_nothing(node: ov.Node) -> None:
    # What unpacked a constant from f16 has nothing left to do.
    if node.get_type_name() != "Convert":
        return
    constant = node.input_value(0).get_node()
    same_type = node.get_output_element_type(0) == node.get_input_element_type(0)
    if same_type and constant.get_type_name() == "Constant":
        constant.set_friendly_name(node.get_friendly_name())
        _replace(node, constant)


def _replace(node: ov.Node, by: ov.Node) -> None:
    by.output(0).set_names(by.output(0).get_names() | node.output(0).get_names())
    for user in node.output(0).get_target_inputs():
        user.replace_source_output(by.output(0))
