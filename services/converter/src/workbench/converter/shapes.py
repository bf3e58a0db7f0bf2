"""New shapes for a model's inputs, and why a shape cannot be had."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import openvino as ov
from workbench import ir
from workbench.converter.values import BadBatch, BadShape, Dimension, InputOptions

_WHERE = re.compile(r"with friendly_name '(?P<name>.+?)':\s*(?P<reason>.+)", re.DOTALL)


def reshape(model: ov.Model, shapes: Mapping[str, Sequence[Dimension]]) -> None:
    """Give the named inputs their shapes, all at once; raises BadShape naming the input and the reason."""
    if not shapes:
        return
    ports = {ir.tensor_name(port): port for port in model.inputs}
    wanted = {ports[name]: _checked(name, shape, ports[name]) for name, shape in shapes.items()}
    try:
        model.reshape(wanted)
    except RuntimeError as error:
        asked = ", ".join(f"inputs.{name}.shape {list(shape)}" for name, shape in shapes.items())
        raise BadShape(
            f"{asked}: the model does not work with it: {_reason(str(error))}",
            field=f"inputs.{next(iter(shapes))}.shape",
        ) from error


def with_batch(model: ov.Model, inputs: Mapping[str, InputOptions], batch: int) -> dict[str, Sequence[Dimension]]:
    """The shape of each input of which a layout tells the batch, with that one. Raises BadBatch."""
    shapes, found = dict[str, Sequence[Dimension]](), False
    for port in model.inputs:
        name = ir.tensor_name(port)
        asked = inputs.get(name, InputOptions())
        shape = list(asked.shape or ir.shape_json(port.get_partial_shape()) or [])
        layout = asked.layout or ir.tensor_json(port, is_input=True)["layout"] or ""
        if "N" in layout and "." not in layout and len(layout) == len(shape):
            place = layout.index("N")
            if asked.shape and shape[place] not in (-1, batch):
                raise BadBatch(
                    f"batch: {batch}, but inputs.{name}.shape asks for {shape[place]}. Leave one out.", field="batch"
                )
            shape[place], found = batch, True
            shapes[name] = shape
        elif asked.shape:
            shapes[name] = shape
    if not found:
        raise BadBatch(
            "batch: no input says which dimension is the batch. Give inputs.NAME.layout with N, such as NCHW.",
            field="batch",
        )
    return shapes


def _checked(name: str, shape: Sequence[Dimension], port: ov.Output) -> ov.PartialShape:
    field = f"inputs.{name}.shape"
    rank = port.get_partial_shape().rank
    if rank.is_static and rank.get_length() != len(shape):
        raise BadShape(
            f"{field}: {list(shape)} has {len(shape)} dimensions, but the input has "
            f"{rank.get_length()}: {ir.shape_json(port.get_partial_shape())}.",
            field=field,
        )
    return ir.partial_shape(shape)


def _reason(text: str) -> str:
    if where := _WHERE.search(text):
        return f"at '{where['name']}': {' '.join(where['reason'].split())}"
    return ir.one_line(text)
