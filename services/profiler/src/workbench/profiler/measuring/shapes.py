"""From a model with open dimensions to one with the shapes that are measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import openvino as ov
from workbench.ir import one_line, tensor_name
from workbench.ir.tensors import shape_json
from workbench.profiler.batch import batch_index, example
from workbench.profiler.measuring.inputs import names
from workbench.profiler.refusals import (
    BatchNotSupported,
    DynamicShape,
    ShapeNotSupported,
    UnknownInput,
)
from workbench.profiler.values import ProfileSpec
from workbench.runner.core import BadSpec

Shapes = Mapping[str, Sequence[int]]


def make_static(model: ov.Model, spec: ProfileSpec, given: Shapes | None = None) -> None:
    """Give every input of ``model`` the static shape that ``spec`` asks for, in place. ``given``: of arrays for inputs.

    Raises UnknownInput, DynamicShape, BadSpec, BatchNotSupported or ShapeNotSupported.
    """
    asked = _by_port(model, spec.shapes or {}, "shapes") | _by_port(model, given or {}, "inputs")
    batches = {index: _batch_index(port) for index, port in enumerate(model.inputs)}
    if spec.batch != 1 and all(place is None for place in batches.values()):
        raise BatchNotSupported(
            f"batch: {spec.batch} was asked for, but no input has a batch dimension (N).", batch=spec.batch
        )
    wanted = {index: _wanted(port, asked.get(index), batches[index], spec) for index, port in enumerate(model.inputs)}
    changed = {index: shape for index, shape in wanted.items() if shape != model.input(index).get_partial_shape()}
    if changed:
        _reshape(model, changed, spec)


def _by_port(model: ov.Model, shapes: Shapes, field: str) -> dict[int, tuple[str, list[int]]]:
    """Of each input that something is said of: the field that says it, and the shape."""
    found: dict[int, tuple[str, list[int]]] = {}
    for name, shape in shapes.items():
        index = next((i for i, port in enumerate(model.inputs) if name in names(port)), None)
        if index is None:
            known = [tensor_name(port) for port in model.inputs]
            raise UnknownInput(
                f"{field}.{name}: the model has no such input; it has {', '.join(known)}.",
                field=f"{field}.{name}",
                inputs=known,
            )
        found[index] = f"{field}.{name}", list(shape)
    return found


def _batch_index(port: ov.Output) -> int | None:
    layout = port.get_node().get_layout()
    if not layout.empty:
        return ov.layout_helpers.batch_idx(layout) if ov.layout_helpers.has_batch(layout) else None
    return batch_index(shape_json(port.get_partial_shape()), None)


def _wanted(
    port: ov.Output, asked: tuple[str, list[int]] | None, place: int | None, spec: ProfileSpec
) -> ov.PartialShape:
    shape = port.get_partial_shape()
    name = tensor_name(port)
    if asked is not None:
        _check_asked(*asked, shape, place, spec.batch)
        return ov.PartialShape(asked[1])
    if place is not None:
        shape[place] = ov.Dimension(spec.batch)
    if shape.is_dynamic:
        raise DynamicShape(
            f"shapes.{name}: the input has the shape {port.get_partial_shape()}; give the shape to measure, each "
            f"dimension a number, such as {example(shape_json(port.get_partial_shape()), place, spec.batch)}.",
            input=name,
            shape=str(port.get_partial_shape()),
        )
    return shape


def _check_asked(field: str, asked: list[int], shape: ov.PartialShape, place: int | None, batch: int) -> None:
    if shape.rank.is_static and len(asked) != len(shape):
        raise BadSpec(f"{field}: must have {len(shape)} dimensions, as the model's {shape}.", field=field)
    if place is not None and asked[place] != batch:
        raise BadSpec(f"{field}: has a batch of {asked[place]}, but batch is {batch}.", field=field)


def _reshape(model: ov.Model, changed: dict[int, ov.PartialShape], spec: ProfileSpec) -> None:
    try:
        model.reshape(changed)
    except RuntimeError as error:
        if spec.shapes or spec.inputs:
            field = "shapes" if spec.shapes else "inputs"
            raise ShapeNotSupported(f"{field}: the model cannot take them: {one_line(str(error))}") from error
        raise BatchNotSupported(
            f"batch: the model cannot take {spec.batch}: {one_line(str(error))}", batch=spec.batch
        ) from error
