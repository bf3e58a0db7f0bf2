"""A recipe in the words of OpenVINO Model API's ``model_info``, for an IR to carry. Standard library only.

Model API does what it says there to the picture: what is inside the model already must not be said. It reads pictures
as BGR, so ``reverse_input_channels`` says that the model wants RGB.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.imaging.fields import is_number
from workbench.tasks.catalogue import task_of
from workbench.tasks.recipe import Recipe

_YES = ("yes", "true", "1")
_RESIZES = {"stretch": "standard", "crop": "crop", "letterbox": "fit_to_window_letterbox"}
_INTERPOLATIONS = {"bilinear": "LINEAR", "bicubic": "CUBIC", "nearest": "NEAREST"}


def model_info(recipe: Recipe, outputs: Sequence[Mapping[str, Any]]) -> dict[str, str | None]:
    """Texts by Model API's names; None for what is not to be said. Empty for a task that it does not know.

    ``outputs``: as a manifest's facts have them, since Model API refuses labels of another number.
    """
    model_type, preparation = task_of(recipe.task).choosing.MODEL_API, recipe.preparation
    if model_type is None or preparation.any_size:
        return {}
    return {
        "model_type": model_type,
        "labels": _labels(recipe.labels, outputs),
        "resize_type": _RESIZES[preparation.resize],
        "interpolation_mode": _INTERPOLATIONS[preparation.interpolation],
        "reverse_input_channels": "YES" if preparation.color == "RGB" else "NO",
        "mean_values": _numbers(preparation.mean),
        "scale_values": _numbers(preparation.scale),
    }


def steps_inside(facts: Mapping[str, Any]) -> set[str]:
    """What a model does to its input itself: what a conversion has built in, or what it says of itself."""
    info = facts.get("model_info") or {}
    embedded = str(info.get("embedded_processing", "")).lower() in _YES
    built_in = {name for each in facts.get("built_in") or () for name, value in each.items() if value}
    return built_in | ({"reverse_channels", "mean", "scale"} if embedded else set())


def told_preparation(facts: Mapping[str, Any], channels: int) -> dict[str, Any]:
    """What a model says is to be done to the picture, as fields of a preparation; what it does not say is not there.

    The order of channels is left out: what has been written there means one thing in some releases of its exporters and
    the opposite in others.
    """
    info = facts.get("model_info") or {}
    if str(info.get("embedded_processing", "")).lower() in _YES:
        return {}
    found = {name: _per_channel(info.get(f"{name}_values"), channels) for name in ("mean", "scale")}
    resizes = {theirs: ours for ours, theirs in _RESIZES.items()} | {"fit_to_window": "letterbox"}
    said = {"resize": resizes.get(info.get("resize_type", "")), **found}
    return {name: value for name, value in said.items() if value is not None}


def _per_channel(text: object, channels: int) -> list[float] | None:
    """One number stands for every channel; anything else that is not one a channel says nothing."""
    try:
        values = [float(part) for part in str(text or "").split()]
    except ValueError:
        return None
    if not all(is_number(value) for value in values):
        return None
    values = values * channels if len(values) == 1 else values
    return values if len(values) == channels else None


def _labels(labels: Sequence[str] | None, outputs: Sequence[Mapping[str, Any]]) -> str | None:
    """One text, a space between labels. A class before them Model API names by itself; XML holds no control codes."""
    sizes = {size for tensor in outputs for size in (tensor["shape"] or ())[1:] if isinstance(size, int)}
    if not labels or not {len(labels), len(labels) + 1} & sizes:
        return None
    joined = ["_".join(label.split()) or "_" for label in labels]
    return " ".join(joined) if all(map(str.isprintable, joined)) else None


def _numbers(values: Sequence[float] | None) -> str | None:
    return None if values is None else " ".join(f"{value:g}" for value in values)
