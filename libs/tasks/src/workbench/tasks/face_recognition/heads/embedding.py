"""One list of numbers, of any shape."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.preprocess import Fitted
from workbench.tasks.face_recognition.result import Embedding
from workbench.tasks.outputs import chosen
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

NAME = "embedding"


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Embedding:  # noqa: ARG001
    """Raises ValueError for numbers that are no direction."""
    return Embedding.of(vector(outputs, recipe))


def classes(outputs: Outputs, recipe: Recipe) -> None:
    """People are not classes: a model tells those apart, too, that it has never seen."""


def vector(outputs: Outputs, recipe: Recipe) -> NDArray[np.float64]:
    """Of the output that the recipe names, else of the first; shape (n,). Raises ValueError for more than one list."""
    output = chosen(outputs, recipe)
    found = output.astype(np.float64).ravel()
    if found.size < 2 or max(output.shape) != found.size:
        raise ValueError(f"its output {list(output.shape)} is no single list of numbers")
    if not np.isfinite(found).all() or not found.any():
        raise ValueError("its output is not finite, or nothing but zeros")
    return found
