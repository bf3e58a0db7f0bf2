"""From a model with open dimensions to one with the shapes that are measured."""

from __future__ import annotations

import openvino as ov
from workbench.ir import one_line, tensor_name
from workbench.profiler.refusals import (
    BatchNotSupported,
    DynamicShape,
    ShapeNotSupported,
    UnknownInput,
)
from workbench.profiler.values import ProfileSpec
from workbench.runner.core import BadSpec


def make_static(model: ov.Model, spec: ProfileSpec) -> None:
    """Give every input of ``model`` the static shape that ``spec`` asks for, in place.

    Raises UnknownInput, DynamicShape, BadSpec, BatchNotSupported or ShapeNotSupported.
    """
    asked = _by_port(model, spec.shapes or {})
    batches = {index: _batch_index(port) for index, port in enumerate(model.inputs)}
    if spec.batch != 1 and all(place is None for place in batches.values()):
        raise BatchNotSupported(f"batch: {spec.batch} was asked for, but no input has a batch dimension (N).",
                                batch=spec.batch)
    wanted = {index: _wanted(port, asked.get(index), batches[index], spec)
              for index, port in enumerate(model.inputs)}
    changed = {index: shape for index, shape in wanted.items()
               if shape != model.input(index).get_partial_shape()}
    if changed:
        _reshape(model, changed, spec)


def _by_port(model: ov.Model, shapes: dict[str, list[int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for name, shape in shapes.items():
        index = next((i for i, port in enumerate(model.inputs) if name in _names(port)), None)
        if index is None:
            names = [tensor_name(port) for port in model.inputs]
            raise UnknownInput(f"shapes.{name}: the model has no such input; it has {', '.join(names)}.",
                               field=f"shapes.{name}", inputs=names)
        found[index] = shape
    return found


def _names(port: ov.Output) -> set[str]:
    return set(port.get_names()) | {port.get_node().get_friendly_name()}


def _batch_index(port: ov.Output) -> int | None:
    layout = port.get_node().get_layout()
    if not layout.empty:
        return ov.layout_helpers.batch_idx(layout) if ov.layout_helpers.has_batch(layout) else None
    shape = port.get_partial_shape()
    if shape.rank.is_dynamic or len(shape) < 2:
        return None
    # No layout: every front end puts the batch first. A static first dimension of a matrix may mean anything.
    is_open = shape[0].is_dynamic or shape[0].get_length() == 1
    return 0 if is_open or len(shape) == 4 else None


def _wanted(port: ov.Output, asked: list[int] | None, place: int | None,
            spec: ProfileSpec) -> ov.PartialShape:
    shape = port.get_partial_shape()
    name = tensor_name(port)
    if asked is not None:
        _check_asked(name, asked, shape, place, spec.batch)
        return ov.PartialShape(asked)
    if place is not None:
        shape[place] = ov.Dimension(spec.batch)
    if shape.is_dynamic:
        raise DynamicShape(
            f"shapes.{name}: the input has the shape {port.get_partial_shape()}; give the shape to measure, each "
            "dimension a number, such as 1,3,224,224.",
            input=name, shape=str(port.get_partial_shape()))
    return shape


def _check_asked(name: str, asked: list[int], shape: ov.PartialShape, place: int | None, batch: int) -> None:
    if shape.rank.is_static and len(asked) != len(shape):
        raise BadSpec(f"shapes.{name}: must have {len(shape)} dimensions, as the model's {shape}.",
                      field=f"shapes.{name}")
    if place is not None and asked[place] != batch:
        raise BadSpec(f"shapes.{name}: has a batch of {asked[place]}, but batch is {batch}.",
                      field=f"shapes.{name}")


def _reshape(model: ov.Model, changed: dict[int, ov.PartialShape], spec: ProfileSpec) -> None:
    try:
        model.reshape(changed)
    except RuntimeError as error:
        if spec.shapes:
            raise ShapeNotSupported(f"shapes: the model cannot take them: {one_line(str(error))}") from error
        raise BatchNotSupported(f"batch: the model cannot take {spec.batch}: {one_line(str(error))}",
                                batch=spec.batch) from error
