"""Layouts, means, scales and channel order as part of the model, so that every user feeds it alike."""

from __future__ import annotations

from collections.abc import Mapping

import openvino as ov
from openvino.preprocess import PrePostProcessor
from workbench import ir
from workbench.converter.values import BadLayout, BadPreprocessing, InputOptions


def build_in(model: ov.Model, inputs: Mapping[str, InputOptions]) -> ov.Model:
    """The model that takes unprocessed values: reversed channels first, then (x - mean) / scale."""
    ports = {ir.tensor_name(port): (index, port) for index, port in enumerate(model.inputs)}
    layouts = {name: _layout(name, asked, ports[name][1]) for name, asked in inputs.items()}
    for name, layout in layouts.items():
        if layout:
            ports[name][1].get_node().set_layout(ov.Layout(layout))
    steps = {name: asked for name, asked in inputs.items() if asked.preprocesses}
    if not steps:
        return model  # building would insert nothing, but rename operations
    processor = PrePostProcessor(model)
    for name, asked in steps.items():
        index, port = ports[name]
        _check(name, asked, port, layouts[name])
        _add(processor.input(index), asked, layouts[name])
    return processor.build()


def _layout(name: str, asked: InputOptions, port: ov.Output) -> str | None:
    """The layout to set: what was asked, or what preprocessing needs and the model or its shape tells."""
    if asked.layout is None:
        return ir.tensor_json(port, is_input=True)["layout"] if asked.preprocesses else None
    return checked_layout(f"inputs.{name}.layout", asked.layout, port)


def checked_layout(field: str, layout: str, port: ov.Output) -> str:
    """The layout, if the input may have it. Raises BadLayout."""
    shape, letters = port.get_partial_shape(), layout.replace("?", "")
    if not all("A" <= letter <= "Z" for letter in letters) or len(set(letters)) != len(letters):
        raise BadLayout(
            f"{field}: '{layout}' is no layout; write one capital letter a dimension, each "
            "once, ? where it has no meaning, such as NCHW.",
            field=field,
        )
    if shape.rank.is_static and shape.rank.get_length() != len(layout):
        raise BadLayout(
            f"{field}: '{layout}' names {len(layout)} dimensions, but the input has "
            f"{shape.rank.get_length()}: {ir.shape_json(shape)}.",
            field=field,
        )
    return layout


def _check(name: str, asked: InputOptions, port: ov.Output, layout: str | None) -> None:
    shape = ir.shape_json(port.get_partial_shape())
    if layout is None or "C" not in layout or "." in layout or shape is None:
        raise BadLayout(
            f"inputs.{name}.layout: mean, scale and reverse_channels need to know which "
            f"dimension of {shape} is the channels. Give a layout with C, such as NCHW.",
            field=f"inputs.{name}.layout",
        )
    if not port.get_element_type().is_real():
        raise BadPreprocessing(
            f"inputs.{name}: mean, scale and reverse_channels need a float input; this "
            f"one is {port.get_element_type().get_type_name()}.",
            field=f"inputs.{name}",
        )
    channels = shape[layout.index("C")]
    for what, values in (("mean", asked.mean), ("scale", asked.scale)):
        _check_values(f"inputs.{name}.{what}", values, channels)
    if asked.scale and 0 in asked.scale:
        raise BadPreprocessing(
            f"inputs.{name}.scale: {asked.scale} holds a zero, and values are divided by it.",
            field=f"inputs.{name}.scale",
        )
    if asked.reverse_channels and (not isinstance(channels, int) or channels < 2):
        raise BadPreprocessing(
            f"inputs.{name}.reverse_channels: the input has {_count(channels)}; at least "
            "two are needed to reverse them.",
            field=f"inputs.{name}.reverse_channels",
        )


def _check_values(field: str, values: list[float] | None, channels: int | list[int]) -> None:
    if values is None:
        return
    if not values or channels not in (-1, len(values)):
        raise BadPreprocessing(
            f"{field}: {values} has {len(values)} values, but the input has {_count(channels)}; give one for each.",
            field=field,
        )


def _count(channels: int | list[int]) -> str:
    if channels == -1:
        return "any number of channels"
    return f"{channels} channel{'' if channels == 1 else 's'}"


def _add(target: ov.preprocess.InputInfo, asked: InputOptions, layout: str | None) -> None:
    target.tensor().set_layout(ov.Layout(layout))
    target.model().set_layout(ov.Layout(layout))
    if asked.reverse_channels:
        target.preprocess().reverse_channels()
    if asked.mean is not None:
        target.preprocess().mean(asked.mean)
    if asked.scale is not None:
        target.preprocess().scale(asked.scale)
