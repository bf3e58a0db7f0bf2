"""Whether a model makes pictures larger, from its facts. Standard library only."""

from __future__ import annotations

from typing import Any

from workbench.tasks.guess import LIKELY, POSSIBLE, Guess
from workbench.tasks.model_facts import ModelFacts, fixed, last_operation, plane, shown
from workbench.tasks.recipe import Recipe
from workbench.tasks.redrawn.guessing import only_one_size

_FAMILIES = frozenset(
    {
        "carn",
        "edsr",
        "espcn",
        "esrgan",
        "fsrcnn",
        "rcan",
        "realesrgan",
        "sr",
        "srgan",
        "srresnet",
        "superresolution",
        "upscale",
        "upscaler",
        "wdsr",
    }
)
_SCORES = frozenset({"Softmax", "LogSoftmax", "ArgMax", "TopK"})
_LEAST, _MOST = 1.5, 16.5  # times as many pixels a side
# (channels, height, width) of a picture
Plane = tuple[Any, Any, Any]


def guess(model: ModelFacts) -> Guess | None:
    """None when no picture larger than the input comes out."""
    tensor = model.outputs[0] if model.outputs else None
    out = plane(tensor) if tensor is not None else None
    if tensor is None or out is None or last_operation(tensor) in _SCORES or out[0] not in (1, 3):
        return None
    pictures = _pictures(model, out)
    if pictures is None:
        return None
    small = plane(pictures[0])
    if small is not None and _is_fixed(small) and _is_fixed(out):
        return _of_sizes(small, out, shown(tensor), tuple(each["name"] for each in pictures))
    return _of_signs(model, tensor)


def _of_sizes(small: Plane, out: Plane, told: str, names: tuple[str, ...]) -> Guess | None:
    times = _times(small, out)
    if times is None or small[0] != out[0]:
        return None
    beside = ", and its second input takes a picture as large" if len(names) > 1 else ""
    why = f"its output {told} is a picture {times:g} times as large as the input{beside}"
    return Guess("picture", {}, why, LIKELY, names if len(names) > 1 else ())


def _of_signs(model: ModelFacts, tensor: Any) -> Guess | None:
    """Of a model whose sizes are open."""
    families = sorted(model.words & _FAMILIES)
    shuffled = "DepthToSpace" in (tensor.get("operations") or ())
    if len(model.inputs) != 1 or not (families or shuffled):
        return None
    why = f"its output {shown(tensor)} is a picture"
    if families:
        return Guess("picture", {}, f"{why}, and its name has the word '{families[0]}'", LIKELY)
    return Guess("picture", {}, f"{why} that DepthToSpace makes larger", LIKELY if model.takes_pictures() else POSSIBLE)


def misfit(model: ModelFacts, recipe: Recipe) -> tuple[str, str] | None:
    """The field at fault and why; None too where a size is only known when the model runs."""
    if recipe.preparation.resize == "crop":
        return "resize", "crop cuts a part off, which could not be drawn; accepted are keep, stretch, letterbox."
    taken = recipe.preparation.input
    out = plane(model.outputs[0]) if model.outputs else None
    if model.outputs and out is None and model.outputs[0].get("shape") is not None:
        return "head", f"picture can't read the model's output {shown(model.outputs[0])}; it needs four dimensions."
    if out is None or not _is_fixed(out):
        return None
    if recipe.preparation.any_size:
        return only_one_size(model)
    if out[0] == taken.channels and _times((taken.channels, taken.height, taken.width), out) is not None:
        return None
    return "head", (
        f"picture can't read the model's output {shown(model.outputs[0])}; it needs {taken.channels} "
        f"channels, and more rows and columns than the input's {taken.height}×{taken.width}."
    )


def _pictures(model: ModelFacts, out: Plane) -> list[Any] | None:
    """The input that takes the small picture, then that of its upscaling; None where the inputs are other ones."""
    planes = [plane(tensor) for tensor in model.inputs]
    if not planes or any(each is None for each in planes) or len(planes) > 2:
        return None
    if len(planes) == 1:
        return list(model.inputs)
    whole = [number for number, each in enumerate(planes) if each == out]
    if len(whole) != 1:
        return None
    return [model.inputs[1 - whole[0]], model.inputs[whole[0]]]


def _times(small: Plane, out: Plane) -> float | None:
    """How many times as many rows and columns; None where they do not grow alike."""
    rows, columns = out[1] / small[1], out[2] / small[2]
    alike = abs(rows - columns) <= 0.05 * rows  # some convolutions leave a row less
    return round(rows, 2) if alike and _LEAST <= rows <= _MOST else None


def _is_fixed(sizes: Plane) -> bool:
    return all(map(fixed, sizes))
