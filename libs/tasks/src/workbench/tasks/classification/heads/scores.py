"""One list of scores, a class each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.preprocess import Fitted
from workbench.tasks.classification.result import Ranking
from workbench.tasks.outputs import chosen
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

NAME = "scores"
DEEPEST = 5  # metrics look so far, whatever the recipe lists


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Ranking:  # noqa: ARG001  # a class lies nowhere
    """The best classes, of equal scores the lower class first. Raises ValueError as ``class_scores``."""
    scores = chosen_scores(outputs, recipe)
    best = np.argsort(-scores, kind="stable")[: max(recipe.options["top_k"], DEEPEST)]
    offset = recipe.options["label_offset"]
    return Ranking(tuple((int(index) - offset, float(scores[index])) for index in best))


def classes(outputs: Outputs, recipe: Recipe) -> int:
    """As many as there are scores, those before the dataset's classes too."""
    return chosen_scores(outputs, recipe).size


def class_scores(output: NDArray[Any]) -> NDArray[np.float32]:
    """The scores of one image as shape (classes,), float32.

    output: shape (classes,) with any ones around it, such as (1, classes, 1, 1). Raises ValueError for another shape,
    or a score that is not a number, or infinite.
    """
    if output.ndim == 0 or output.size == 0 or output.size != max(output.shape):
        raise ValueError(f"a classifier's output has shape [1, classes], not {list(output.shape)}")
    scores = output.reshape(-1).astype(np.float32)
    if np.isnan(scores).any():
        raise ValueError(f"{int(np.isnan(scores).sum())} of {scores.size} scores are not a number (NaN)")
    if np.isposinf(scores).any():
        raise ValueError(f"{int(np.isposinf(scores).sum())} of {scores.size} scores are not finite (infinity)")
    # Minus infinity only rules a class out, and JSON has no word for it.
    return np.maximum(scores, np.finfo(np.float32).min)


def chosen_scores(outputs: Outputs, recipe: Recipe) -> NDArray[np.float32]:
    """Those of the output that the recipe names, else of the first. Raises ValueError as ``class_scores``."""
    return class_scores(chosen(outputs, recipe))
