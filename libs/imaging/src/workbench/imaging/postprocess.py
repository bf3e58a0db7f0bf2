"""From the model's output tensor to classes with scores; ships in deployment packages too."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .recipe import Recipe


def classify(output: NDArray[Any], recipe: Recipe) -> list[tuple[int, float]]:
    """The ``top_k`` classes of one image, best first, each with the model's own score (ties: lower first).

    output: scores of one image, shape (classes,) with any ones around it, such as (1, classes, 1, 1).
    A class is the dataset's: the model's index minus ``label_offset``, so a background class is negative.
    Raises ValueError when the shape is another or a score is not a number.
    """
    scores = class_scores(output)
    best = np.argsort(-scores, kind="stable")[: recipe.top_k]
    return [(int(index) - recipe.label_offset, float(scores[index])) for index in best]


def class_scores(output: NDArray[Any]) -> NDArray[np.float32]:
    """The scores of one image as shape (classes,), float32; raises ValueError for another shape or a NaN."""
    if output.ndim == 0 or output.size == 0 or output.size != max(output.shape):
        raise ValueError(f"a classifier's output has shape [1, classes], not {list(output.shape)}")
    scores = output.reshape(-1).astype(np.float32)
    if np.isnan(scores).any():
        raise ValueError(f"{int(np.isnan(scores).sum())} of {scores.size} scores are not a number (NaN)")
    return scores
