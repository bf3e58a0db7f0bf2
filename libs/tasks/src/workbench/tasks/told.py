"""What the source of a model says of its input, where a request says nothing of it; told as assumed. Pure rules."""

from __future__ import annotations

from typing import Any

from workbench.tasks import guesses
from workbench.tasks.assumptions import Assumption, usually
from workbench.tasks.catalogue import task_of
from workbench.tasks.default_recipe import usual_of
from workbench.tasks.guess import LIKELY
from workbench.tasks.model_api import told_preparation
from workbench.tasks.usual import FLOATS

Facts = dict[str, Any]
_NUMBERS = ("mean", "scale")
_COLORS = ("RGB", "BGR")
_SIZES = ("resize", "short_side", "interpolation")


def with_told(request: Facts, model: Facts) -> Facts:
    """The request with shapes and layouts that the model leaves open, and with mean, scale and colour; and ``told``."""
    source = model.get("source") or {}
    inputs = {
        tensor["name"]: found
        for tensor in model["inputs"]
        if (found := _of_input(tensor, (source.get("inputs") or {}).get(tensor["name"]) or {}))
    }
    inputs = {name: _left(found, request["inputs"].get(name) or {}) for name, found in inputs.items()}
    merged = {
        **request["inputs"],
        **{name: {**(request["inputs"].get(name) or {}), **found} for name, found in inputs.items() if found},
    }
    recipe = _recipe(model["inputs"], merged, source.get("recipe") or {}, request["recipe"])
    said = [(f"inputs.{name}.{field}", value) for name, found in inputs.items() for field, value in found.items()]
    told = [_assumed(field, value) for field, value in (*said, *recipe.items())]
    return {**request, "inputs": merged, "recipe": {**recipe, **request["recipe"]}, "told": told} if told else request


def with_usual(request: Facts, model: Facts, dataset: Facts | None) -> Facts:
    """The request, whose task is known, with what is done to pictures for the published models of its head."""
    task, asked = task_of(request["task"]), request["recipe"]
    found = guesses.guesses(model, guesses.classes_of(dataset), asked.get("output"))
    head = asked.get("head") or next((each.guess.head for each in found if each.task == task.name), None)
    channels = _picture(model["inputs"], request["inputs"]).get("C")
    if channels is None or head is None:
        return request
    said = {**told_preparation(model, channels), **asked}
    found_usual = usual_of(task.head(head), model, model["inputs"][0]["name"], channels, said)
    usual = {name: value for name, value in found_usual.items() if value is not None}
    told = [each.to_json() for each in usually(usual, head).values()]
    return {**request, "recipe": {**usual, **asked}, "told": [*request.get("told", ()), *told]} if told else request


def _of_input(tensor: Facts, said: Facts) -> Facts:
    """What the model does not say itself, and does not contradict."""
    shape, found = tensor["shape"], dict[str, Any]()
    told = said.get("shape") or []
    if shape is None:
        return {}
    opened = [not isinstance(size, int) or size < 0 for size in shape]
    if (
        any(opened)
        and len(told) == len(shape)
        and all(size > 0 for size in told)
        and all(is_open or size == other for is_open, size, other in zip(opened, shape, told, strict=True))
    ):
        found["shape"] = list(told)
    if tensor["layout"] is None and len(said.get("layout") or "") == len(shape):
        found["layout"] = said["layout"]
    return found


def _left(found: Facts, asked: Facts) -> Facts:
    return {field: value for field, value in found.items() if asked.get(field) is None}


def _recipe(tensors: list[Facts], inputs: Facts, said: Facts, asked: Facts) -> Facts:
    """Of the only input, if that takes a picture in floats; a mean of one's own goes with a scale of one's own."""
    sizes = _picture(tensors, inputs)
    channels = sizes.get("C")
    if channels not in (1, 3):
        return {}
    numbers = (
        {}
        if any(asked.get(name) is not None for name in _NUMBERS)
        else {name: spread for name in _NUMBERS if len(spread := _spread(said.get(name) or [], channels)) == channels}
    )
    if {said.get("color"), asked.get("color")} == set(_COLORS):  # they are in the order of the colour that was told
        numbers = {name: values[::-1] for name, values in numbers.items()}
    color = (
        {"color": said["color"]} if said.get("color") in _COLORS and channels == 3 and not asked.get("color") else {}
    )
    return {**_size([sizes.get(side) for side in "HW"], said, asked), **numbers, **color}


def _picture(tensors: list[Facts], inputs: Facts) -> Facts:
    """The sizes of the only input by the letters of its layout, if that takes a picture in floats; else empty."""
    if len(tensors) != 1 or tensors[0]["element_type"] not in FLOATS:
        return {}
    own = inputs.get(tensors[0]["name"]) or {}
    layout, shape = own.get("layout") or tensors[0]["layout"], own.get("shape") or tensors[0]["shape"] or []
    return dict(zip(layout or "", shape, strict=False)) if len(shape) == 4 else {}


def _size(sides: list[Any], said: Facts, asked: Facts) -> Facts:
    """How a picture gets an input of a fixed size; a way of one's own goes with a short side of one's own."""
    if not all(isinstance(side, int) and side > 0 for side in sides):
        return {}
    fits = (
        (said.get("short_side") or max(sides)) >= max(sides) and not asked.get("resize") and not asked.get("short_side")
    )
    names = _SIZES if fits else ("interpolation",)
    return {name: said[name] for name in names if said.get(name) and not asked.get(name)}


def _spread(values: list[float], channels: int) -> list[float]:
    return values * channels if len(values) == 1 else values


def _assumed(field: str, value: Any) -> Facts:
    words = ", ".join(f"{each:g}" for each in value) if isinstance(value, list) else value
    said = f"{field.rpartition('.')[2]} is {words}: where the model comes from says so"
    return Assumption(field, said, LIKELY).to_json()
