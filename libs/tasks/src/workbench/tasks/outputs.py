"""Which of a model's outputs a head reads, and that its numbers are numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe


def chosen(outputs: Outputs, recipe: Recipe) -> NDArray[Any]:
    """The output that the recipe names, else the first; shape and dtype are the model's own."""
    return outputs[recipe.output] if recipe.output is not None else next(iter(outputs.values()))


def refuse_nan(numbers: NDArray[Any]) -> None:
    """Of any shape. Raises ValueError, with how many are none, where any is NaN."""
    if np.isnan(numbers).any():
        raise ValueError(f"{int(np.isnan(numbers).sum())} of {numbers.size} numbers of its output are none (NaN)")
