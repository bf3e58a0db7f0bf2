"""Whether a model redraws pictures, from its facts. Standard library only.

A picture of three channels goes in, and one as large comes out: so it does where noise, rain or blur are taken away.
"""

from __future__ import annotations

from workbench.tasks.guess import LIKELY, POSSIBLE, Guess
from workbench.tasks.model_facts import ModelFacts, fixed, last_operation, picture_size, plane, shown, sizes
from workbench.tasks.recipe import Recipe
from workbench.tasks.redrawn.guessing import only_one_size

_FAMILIES = frozenset({"candy", "fns", "mosaic", "pointilism", "style", "stylisation", "stylization", "udnie"})
_SCORES = frozenset({"Softmax", "LogSoftmax"})
_CHANNELS = 3


def guess(model: ModelFacts) -> Guess | None:
    """None when no picture as large as the input comes out."""
    tensor = model.outputs[0] if model.outputs else None
    picture = picture_size(model)
    if tensor is None or len(model.inputs) != 1 or last_operation(tensor) in _SCORES:
        return None
    families = sorted(model.words & _FAMILIES)
    if picture is None:
        return _of_open(model, families, shown(tensor))
    if not _is_picture(sizes(tensor) or [], picture):
        return None
    why = f"its output {shown(tensor)} is a picture as large as the input"
    if families:
        return Guess("picture", {}, f"{why}, and its name has the word '{families[0]}'", LIKELY)
    return Guess("picture", {}, f"{why}, as of a style, and of a picture without its noise", POSSIBLE)


def _of_open(model: ModelFacts, families: list[str], told: str) -> Guess | None:
    """Of sizes that are open, only the name says that they are the same."""
    planes = [plane(tensor) for tensor in (model.inputs[0], model.outputs[0])]
    if not families or any(each is None or each[0] != _CHANNELS for each in planes):
        return None
    return Guess("picture", {}, f"its output {told} is a picture, and its name has the word '{families[0]}'", LIKELY)


def misfit(model: ModelFacts, recipe: Recipe) -> tuple[str, str] | None:
    """The field at fault and why; None too where a size is only known when the model runs."""
    if recipe.preparation.resize == "crop":
        return "resize", "crop cuts a part off, which could not be drawn; accepted are keep, stretch, letterbox."
    shape = sizes(model.outputs[0]) if model.outputs else None
    taken = recipe.preparation.input
    if shape is None or not all(map(fixed, shape)):
        return None
    if recipe.preparation.any_size:
        return only_one_size(model)
    if _is_picture(shape, (taken.height, taken.width)):
        return None
    wanted = f"[1, 3, {taken.height}, {taken.width}] or [1, {taken.height}, {taken.width}, 3]"
    return "head", f"picture can't read the model's output {shown(model.outputs[0])}; it needs {wanted}."


def _is_picture(shape: list[object], size: tuple[int, int]) -> bool:
    return shape in ([_CHANNELS, *size], [*size, _CHANNELS])
