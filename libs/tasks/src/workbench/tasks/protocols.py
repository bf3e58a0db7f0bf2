"""What a task's carried rooms offer. Modules and tables are held against these by the type checker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from workbench.imaging.preprocess import Fitted
from workbench.tasks.recipe import Recipe

Outputs = Mapping[str, NDArray[Any]]
Shape = tuple[int | None, ...]  # None where a dimension is free


class Head(Protocol):
    """A module of ``heads/``: one reading of a model's outputs."""

    NAME: str

    def read(self, outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Any:
        """The result of one image, in that image's own pixels. Raises ValueError for outputs it can't read."""
        ...

    def classes(self, outputs: Outputs, recipe: Recipe) -> int | None:
        """How many classes the outputs tell apart, those the dataset lacks too; None where they do not say."""
        ...


class Feed(Protocol):
    """``feed.py``: what goes into models that take more than the picture as it is."""

    def shapes(self, recipe: Recipe, inputs: Sequence[Shape | None]) -> list[tuple[int, ...]]:
        """Of what ``arrays`` makes. ``inputs``: as the model declares them, first the one that the picture goes into;
        None: not even how many dimensions. Raises ValueError in words where there is nothing for one of them.
        """
        ...

    def arrays(self, recipe: Recipe, fitted: Fitted, shapes: Sequence[tuple[int, ...]]) -> list[NDArray[np.float32]]:
        """One for each input, in that order. The same picture always makes the same arrays."""
        ...


def _nothing(_outputs: Outputs, _recipe: Recipe) -> dict[str, Any]:
    return {}


def _alike(_then: Mapping[str, Any], _now: Mapping[str, Any], _allowed: float) -> list[str]:
    return []


@dataclass(frozen=True)
class Running:
    """``running.py``: the readings of outputs, when two answers count as the same, and how one is drawn.

    fingerprint: what is kept of one answer; differences: in words, between two of them. draw: a result onto the picture
    it is of; None where there is nothing to see. feed: None where only the picture goes in. masked: whether a picture
    may bring a mask that goes in with it.
    """

    heads: tuple[Head, ...]
    fingerprint: Callable[[Outputs, Recipe], dict[str, Any]] = _nothing
    differences: Callable[[Mapping[str, Any], Mapping[str, Any], float], list[str]] = _alike
    draw: Callable[[Image.Image, Any, Recipe], Image.Image] | None = None
    feed: Feed | None = None
    masked: bool = False

    def head(self, recipe: Recipe) -> Head | None:
        """The one that the recipe names, else the first; None where outputs mean nothing."""
        return next((head for head in self.heads if recipe.head in (None, head.NAME)), None)
