"""Whether a model redraws pictures, from its facts. Standard library only.

A picture of three channels goes in, and one as large comes out: so it does where noise, rain or blur are taken away.
"""

from __future__ import annotations

from workbench.tasks.guess import LIKELY, POSSIBLE, Guess
from workbench.tasks.model_facts import ModelFacts, fixed, last_operation, picture_size, shown, sizes
from workbench.tasks.recipe import Recipe

_FAMILIES = frozenset({"candy", "fns", "mosaic", "pointilism", "style", "stylisation", "stylization", "udnie"})
_SCORES = frozenset({"Softmax", "LogSoftmax"})
_CHANNELS = 3


def guess(model: ModelFacts) -> Guess | None:
    """None when no picture as large as the input comes out."""
    tensor = model.outputs[0] if model.outputs else None
    picture = picture_size(model)
    if tensor is None or picture is None or len(model.inputs) != 1 or last_operation(tensor) in _SCORES:
        return None
    if not _is_picture(sizes(tensor) or [], picture):
        return None
    why = f"its output {shown(tensor)} is a picture as large as the input"
    if families := sorted(model.words & _FAMILIES):
        return Guess("picture", {}, f"{why}, and its name has the word '{families[0]}'", LIKELY)
    return Guess("picture", {}, f"{why}, as of a style, and of a picture without its noise", POSSIBLE)


def misfit(model: ModelFacts, recipe: Recipe) -> tuple[str, str] | None:
    """The field at fault and why; None too where a size is only known when the model runs."""
    if recipe.preparation.resize == "crop":
        return "resize", "crop cuts a part off, which could not be drawn; accepted are stretch, letterbox."
    shape = sizes(model.outputs[0]) if model.outputs else None
    taken = recipe.preparation.input
    if shape is None or not all(map(fixed, shape)) or _is_picture(shape, (taken.height, taken.width)):
        return None
    wanted = f"[1, 3, {taken.height}, {taken.width}] or [1, {taken.height}, {taken.width}, 3]"
    return "head", f"picture can't read the model's output {shown(model.outputs[0])}; it needs {wanted}."


def _is_picture(shape: list[object], size: tuple[int, int]) -> bool:
    return shape in ([_CHANNELS, *size], [*size, _CHANNELS])
