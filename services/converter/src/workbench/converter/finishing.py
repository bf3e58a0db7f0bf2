"""What is done to a model after it was compared with its source: inputs frozen, outputs cut, and what it takes outside.

Each is OpenVINO's own change of a graph. Outside means before the network: another element type, another layout,
pictures of any size; then come reversed channels, mean and scale, which are inside already.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import openvino as ov
from openvino import opset13 as op
from openvino.preprocess import PrePostProcessor, ResizeAlgorithm
from workbench import ir
from workbench.converter.preprocessing import checked_layout
from workbench.converter.values import BadLayout, BadPreprocessing, BadValue, InputOptions, Options, UnknownOutput

_MOST_NAMED = 20
_RESIZES = {
    "linear": ResizeAlgorithm.RESIZE_LINEAR,
    "cubic": ResizeAlgorithm.RESIZE_CUBIC,
    "nearest": ResizeAlgorithm.RESIZE_NEAREST,
}


def finish(model: ov.Model, options: Options) -> ov.Model:
    """The model with what ``options`` ask beyond what keeps it comparable. ``model`` is used up; refuses by field."""
    before = ir.identities(model)
    if options.outputs:
        model = _cut(model, options.outputs)
    _freeze(model, {name: asked.value for name, asked in options.inputs.items() if asked.value is not None})
    model = _taken_outside(model, {name: asked for name, asked in options.inputs.items() if asked.outside})
    ir.settle_names(model, before)
    return model


def _cut(model: ov.Model, names: Sequence[str]) -> ov.Model:
    """Only these outputs, in this order; what none of them needs is gone, inputs among it stay."""
    known = _tensors(model)
    unknown = [name for name in names if name not in known]
    if unknown:
        ends = [ir.tensor_name(port) for port in model.outputs]
        raise UnknownOutput(
            f"outputs: the model has no output or operation called '{unknown[0]}'; its outputs are "
            f"{', '.join(ends[:_MOST_NAMED])}.",
            field="outputs",
            outputs=ends,
        )
    results = [_result(known[name], name) for name in names]
    cut = ov.Model(results, model.get_parameters(), model.get_friendly_name())
    if model.has_rt_info(["model_info"]):
        cut.set_rt_info(model.get_rt_info(["model_info"]).value, ["model_info"])
    return cut


def _result(port: ov.Output, name: str) -> ov.Node:
    if not port.get_names():
        port.set_names({name})
    result = op.result(port)
    result.set_friendly_name(f"{name}/sink")
    return result


def _tensors(model: ov.Model) -> dict[str, ov.Output]:
    """What may be an output, by each of its names; those that are one already come first."""
    found = dict[str, ov.Output]()
    for port in model.outputs:
        source = port.get_node().input_value(0)
        found |= dict.fromkeys({*port.get_names(), port.get_node().get_friendly_name(), ir.tensor_name(port)}, source)
    for node in model.get_ordered_ops():
        if node.get_type_name() in ("Result", "Constant", "Parameter"):
            continue
        for port in node.outputs():
            own = {node.get_friendly_name()} if len(node.outputs()) == 1 else set()
            found |= {name: port for name in port.get_names() | own if name not in found}
    return found


def _freeze(model: ov.Model, values: Mapping[str, Sequence[float]]) -> None:
    ports = {ir.tensor_name(port): port for port in model.inputs}
    if values and len(values) == len(ports):
        first = next(iter(values))
        raise BadValue(
            f"inputs.{first}.value: with every input frozen nothing is left to infer. Leave one open.",
            field=f"inputs.{first}.value",
        )
    for name, value in values.items():
        parameter = ports[name].get_node()
        constant = op.constant(_constant(name, value, ports[name]))
        constant.set_friendly_name(parameter.get_friendly_name())
        for user in parameter.output(0).get_target_inputs():
            user.replace_source_output(constant.output(0))
        model.remove_parameter(parameter)
    model.validate_nodes_and_infer_types()


def _constant(name: str, value: Sequence[float], port: ov.Output) -> np.ndarray:
    field, shape, kind = f"inputs.{name}.value", port.get_partial_shape(), port.get_element_type()
    if shape.is_dynamic:
        raise BadValue(
            f"{field}: the input has the open shape {ir.shape_json(shape)}. Give inputs.{name}.shape, too.", field=field
        )
    if kind == ov.Type.string:
        raise BadValue(f"{field}: the input takes text, which cannot be frozen.", field=field)
    sizes = tuple(shape.to_shape())
    if len(value) not in (1, math.prod(sizes)):
        raise BadValue(
            f"{field}: {len(value)} numbers, but the input has {math.prod(sizes)} elements: "
            f"{list(sizes)}. Give as many, or one for all of them.",
            field=field,
        )
    made = np.asarray(value, np.float64).astype(kind.to_dtype())
    if not kind.is_real() and not np.array_equal(made.astype(np.float64), np.asarray(value, np.float64)):
        raise BadValue(
            f"{field}: {list(value)[:4]} are no values of {kind.get_type_name()}, which the input takes.", field=field
        )
    return np.broadcast_to(made.reshape(sizes) if made.size != 1 else made.reshape(()), sizes).copy()


def _taken_outside(model: ov.Model, inputs: Mapping[str, InputOptions]) -> ov.Model:
    if not inputs:
        return model
    ports = {ir.tensor_name(port): (place, port) for place, port in enumerate(model.inputs)}
    processor = PrePostProcessor(model)
    for name, asked in inputs.items():
        place, port = ports[name]
        _take(processor.input(place), name, asked, port)
    return processor.build()


def _take(target: ov.preprocess.InputInfo, name: str, asked: InputOptions, port: ov.Output) -> None:
    own = ir.tensor_json(port, is_input=True)["layout"]
    if asked.element_type is not None:
        if port.get_element_type() == ov.Type.string:
            raise BadPreprocessing(
                f"inputs.{name}.element_type: the input takes text, and numbers do not become that.",
                field=f"inputs.{name}.element_type",
            )
        target.tensor().set_element_type(getattr(ov.Type, asked.element_type))
        target.preprocess().convert_element_type(port.get_element_type())
    if asked.tensor_layout is not None or asked.resize is not None:
        outside = _outside_layout(name, asked, port, own)
        target.tensor().set_layout(ov.Layout(outside))
        target.model().set_layout(ov.Layout(own))
    if asked.resize is not None:
        _refuse_resize(name, own, port)
        target.tensor().set_spatial_dynamic_shape()
        target.preprocess().resize(_RESIZES[asked.resize])


def _outside_layout(name: str, asked: InputOptions, port: ov.Output, own: str | None) -> str:
    if own is None or "." in own:
        raise BadLayout(
            f"inputs.{name}.layout: tensor_layout and resize need to know what each dimension of "
            f"{ir.shape_json(port.get_partial_shape())} is. Give the network's layout, such as NCHW.",
            field=f"inputs.{name}.layout",
        )
    field = f"inputs.{name}.tensor_layout"
    outside = checked_layout(field, asked.tensor_layout or own, port)
    if sorted(outside) != sorted(own):
        raise BadLayout(f"{field}: '{outside}' has not the letters of '{own}', the network's layout.", field=field)
    return outside


def _refuse_resize(name: str, own: str | None, port: ov.Output) -> None:
    field, sizes = f"inputs.{name}.resize", ir.shape_json(port.get_partial_shape()) or []
    fixed = own is not None and all(
        letter in own and isinstance(sizes[own.index(letter)], int) and sizes[own.index(letter)] != -1
        for letter in "HW"
    )
    if not fixed:
        raise BadPreprocessing(
            f"{field}: the input needs a fixed height and width to resize to; it has {sizes} in "
            f"layout {own}. Give inputs.{name}.shape.",
            field=field,
        )
    if not port.get_element_type().is_real():
        raise BadPreprocessing(
            f"{field}: only an input of floats can be resized to; this one is "
            f"{port.get_element_type().get_type_name()}.",
            field=field,
        )
