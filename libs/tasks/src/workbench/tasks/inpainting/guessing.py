"""Whether a model makes pictures whole, from its facts. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.tasks.guess import LIKELY, POSSIBLE, Guess
from workbench.tasks.model_facts import ModelFacts, fixed, last_operation, plane, shown
from workbench.tasks.recipe import Recipe
from workbench.tasks.redrawn.guessing import only_one_size

_FAMILIES = frozenset({"deepfill", "deepfillv", "gmcnn", "inpaint", "inpainting", "lama", "migan", "partialconv"})
_SCORES = frozenset({"Softmax", "LogSoftmax", "ArgMax", "TopK"})
_COLOURS = 3


def guess(model: ModelFacts) -> Guess | None:
    """None when there is no mask to put in, or no picture comes out."""
    tensor = model.outputs[0] if model.outputs else None
    out = plane(tensor) if tensor is not None else None
    if tensor is None or out is None or last_operation(tensor) in _SCORES or not model.inputs:
        return None
    if len(model.inputs) == 1:
        return _of_one(model, tensor, out)
    return _of_two(model, out, shown(tensor)) if len(model.inputs) == 2 else None


def misfit(model: ModelFacts, recipe: Recipe) -> tuple[str, str] | None:
    """The field at fault and why; None too where a size is only known when the model runs."""
    if recipe.preparation.resize == "crop":
        return "resize", "crop cuts a part off, which could not be drawn; accepted are keep, stretch, letterbox."
    taken = recipe.preparation.input
    shape = model.outputs[0].get("shape") if model.outputs else None
    if shape is None or (len(shape) == 4 and not all(map(fixed, shape[1:]))):
        return None
    if recipe.preparation.any_size:
        return only_one_size(model)
    size, channels = [taken.height, taken.width], taken.channels
    if list(shape[1:]) in ([channels, *size], [*size, channels]):
        return None
    wanted = f"[1, {channels}, {size[0]}, {size[1]}] or [1, {size[0]}, {size[1]}, {channels}]"
    return "head", f"picture can't read the model's output {shown(model.outputs[0])}; it needs {wanted}."


def _of_two(model: ModelFacts, out: tuple[Any, Any, Any], told: str) -> Guess | None:
    planes = [_plane(tensor) for tensor in model.inputs]
    masks = [number for number, each in enumerate(planes) if each is not None and each[0] == 1]
    if len(masks) == 2:  # a gray picture: then only its name says which one is the mask
        masks = [number for number in masks if "mask" in str(model.inputs[number]["name"]).lower()]
    picture = planes[1 - masks[0]] if len(masks) == 1 else None
    mask = planes[masks[0]] if len(masks) == 1 else None
    if picture is None or mask is None or picture[0] not in (1, _COLOURS):
        return None
    if out[0] != picture[0] or not _as_large(mask, picture) or not _as_large(out, picture):
        return None
    name = str(model.inputs[1 - masks[0]]["name"])
    return Guess(
        "picture", {}, f"it takes a picture and a mask as large, and its output {told} is a picture", LIKELY, (name,)
    )


def _of_one(model: ModelFacts, tensor: Mapping[str, Any], out: tuple[Any, Any, Any]) -> Guess | None:
    [taken] = model.inputs
    four = _plane(taken)
    if four is None or four[0] != _COLOURS + 1 or out[0] != _COLOURS or not _as_large(out, four):
        return None
    why = f"it takes four channels, as of a picture and a mask, and its output {shown(tensor)} is a picture"
    families = sorted(model.words & _FAMILIES)
    named = f", and its name has the word '{families[0]}'" if families else ""
    return Guess("picture", {}, why + named, LIKELY if families else POSSIBLE, (str(taken["name"]),), _COLOURS)


def _plane(tensor: Mapping[str, Any]) -> tuple[Any, Any, Any] | None:
    """As ``plane``, where four channels may be last, too."""
    shape = tensor.get("shape")
    if shape is not None and len(shape) == 4 and shape[3] == _COLOURS + 1 and shape[1] != _COLOURS + 1:
        return shape[3], shape[1], shape[2]
    return plane(tensor)


def _as_large(one: tuple[Any, Any, Any], other: tuple[Any, Any, Any]) -> bool:
    """As far as both sizes are known."""
    return all(mine == theirs for mine, theirs in zip(one[1:], other[1:], strict=True) if fixed(mine) and fixed(theirs))
