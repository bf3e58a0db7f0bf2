"""Whether a model finds the points of a face, from its facts. Standard library only.

Points are a list of numbers, as class scores and embeddings are: how many there are, and names, tell them apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from workbench.tasks.guess import LIKELY, POSSIBLE, Guess
from workbench.tasks.model_facts import Json, ModelFacts, fixed, last_operation, shown, sizes
from workbench.tasks.recipe import Recipe

# How many numbers, how many points they are, and what else is then known.
_MESH = {"order": "xyz", "units": "pixels"}
_SETS: dict[int, tuple[int, dict[str, Any]]] = {
    10: (5, {}),
    136: (68, {}),
    196: (98, {}),
    212: (106, {}),
    936: (468, {"units": "pixels"}),
    1404: (468, _MESH),
    1434: (478, _MESH),
}
_TELLING = frozenset({136, 936, 1404, 1434})  # little else has so many numbers
_NAMES = frozenset({"facemesh", "landmark", "landmarks", "pfld"})
_SCORES = ("Softmax", "LogSoftmax", "NormalizeL2")
_SHAPES = (
    "points needs an even number of coordinates, or with the option order xyz three a point; heatmaps needs "
    "[1, points, height, width]"
)


def guess(model: ModelFacts, labels: Sequence[str] | None) -> Guess | None:
    """None when no output has as many numbers as a well-known set of points has."""
    tensor = _largest(model)
    found = None if tensor is None else _SETS.get(_count(tensor) or 0)
    if tensor is None or found is None or not model.takes_pictures() or last_operation(tensor) in _SCORES:
        return None
    named, count = sorted(model.words & _NAMES), _count(tensor)
    if (count == 10 and not named) or (labels and len(labels) == count):
        return None
    why = f"its output {shown(tensor)} has {count} numbers, as many as {found[0]} points have"
    if named:
        return Guess("points", found[1], f"{why}, and its name has the word '{named[0]}'", LIKELY)
    return Guess("points", found[1], why, LIKELY if count in _TELLING else POSSIBLE)


def misfit(model: ModelFacts, recipe: Recipe) -> tuple[str, str] | None:
    """The field at fault and why; None too where a size is only known when the model runs."""
    tensor = _largest(model)
    count = None if tensor is None else _count(tensor)
    if tensor is None or count is None:
        return None
    if recipe.head == "heatmaps":
        fits = len(sizes(tensor) or ()) == 3 and min(sizes(tensor) or (0,)) > 1
    else:
        each = 3 if recipe.options["order"] == "xyz" else 2
        fits = count >= each and count % each == 0
    if fits:
        return None
    return "head", f"{recipe.head or 'points'} can't read the model's output {shown(tensor)}; {_SHAPES}."


def _largest(model: ModelFacts) -> Json | None:
    """The output that the heads read; beside it there may be one that says whether there is a face."""
    return max(model.outputs, key=lambda tensor: _count(tensor) or 0, default=None)


def _count(tensor: Json) -> int | None:
    found = sizes(tensor)
    return prod(found) if found is not None and all(map(fixed, found)) else None
