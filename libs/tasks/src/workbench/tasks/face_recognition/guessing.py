"""Whether a model recognises faces, from its facts. Standard library only."""

from __future__ import annotations

from math import prod

from workbench.tasks.guess import LIKELY, POSSIBLE, Guess
from workbench.tasks.model_facts import Json, ModelFacts, fixed, last_operation, shown, sizes
from workbench.tasks.recipe import Recipe

_COUNTS = frozenset({128, 256, 512})
_NAMES = frozenset(
    {
        "adaface",
        "arcface",
        "cosface",
        "facenet",
        "identification",
        "mobileface",
        "mobilefacenet",
        "sface",
        "reidentification",
    }
)
_SCORES = ("Softmax", "LogSoftmax", "Sigmoid")


def guess(model: ModelFacts) -> Guess | None:
    """None when the output is no single list of numbers, or they are scores."""
    if len(model.outputs) != 1 or not model.takes_pictures() or model.labels:
        return None
    tensor = model.outputs[0]
    count = _count(tensor)
    if count is None or count < 2 or last_operation(tensor) in _SCORES:
        return None
    if last_operation(tensor) == "NormalizeL2":
        return Guess("embedding", {}, f"its output {shown(tensor)} has length one, as an embedding", LIKELY)
    if count not in _COUNTS:
        return None
    why = f"its output is one list of {count} numbers, as embeddings are"
    if named := sorted(model.words & _NAMES):
        return Guess("embedding", {}, f"{why}, and its name has the word '{named[0]}'", LIKELY)
    return Guess("embedding", {}, why, POSSIBLE)


def misfit(model: ModelFacts, recipe: Recipe) -> tuple[str, str] | None:  # noqa: ARG001
    """The field at fault and why; None too where a size is only known when the model runs."""
    found = sizes(model.outputs[0]) if model.outputs else None
    if found is None or not all(map(fixed, found)) or (_count(model.outputs[0]) or 0) > 1:
        return None
    return "head", f"embedding can't read the model's output {shown(model.outputs[0])}; it needs [1, numbers]."


def _count(tensor: Json) -> int | None:
    """How many numbers, where they are one list."""
    found = sizes(tensor)
    if not found or not all(map(fixed, found)) or max(found) != prod(found):
        return None
    return max(found)
