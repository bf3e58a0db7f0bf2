"""What goes in: the picture with a hole in it, and a mask that says where; beside it, or as its fourth channel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from workbench.imaging.preprocess import Fitted, to_tensor
from workbench.tasks.inpainting.holes import missing
from workbench.tasks.protocols import Shape
from workbench.tasks.recipe import Recipe

_FILLED = {"black": 0, "white": 255, "gray": 128}


def shapes(recipe: Recipe, inputs: Sequence[Shape | None]) -> list[tuple[int, ...]]:
    """Raises ValueError for inputs other than a picture and a mask as large."""
    picture, mask = recipe.preparation.input.shape, _sized(recipe, 1)
    if len(inputs) == 1:
        return [_sized(recipe, recipe.preparation.input.channels + 1)]
    accepted = [mask, _sized(recipe, 1, turned=True)]
    fitting = [each for each in accepted if len(inputs) == 2 and _fits(each, inputs[1])]
    if fitting:
        return [picture, fitting[0]]
    told = ", ".join(
        "of an unknown shape" if each is None else f"[{', '.join(str(size or '?') for size in each)}]"
        for each in inputs[1:]
    )
    raise ValueError(
        f"beside the picture inpainting has a mask to give, {list(mask)} or {list(accepted[1])}, and the "
        f"model takes {told}"
    )


def arrays(recipe: Recipe, fitted: Fitted, shapes: Sequence[tuple[int, ...]]) -> list[NDArray[np.float32]]:
    """A picture and a mask, each (1, …) in its input's layout; one tensor of four channels where there is one input.

    Mean and scale are of the picture alone.
    """
    hole = missing(recipe, fitted)
    seen = np.where(hole[:, :, None] == 1, _FILLED[recipe.options["filled_with"]], np.asarray(fitted.image))
    picture = to_tensor(Image.fromarray(seen.astype(np.uint8)), recipe.preparation)
    value = float(recipe.options["mask_value"])
    mask = np.where(hole == 1, value, 0.0 if value else 1.0).astype(np.float32)
    if len(shapes) == 2:
        return [picture, np.expand_dims(mask, (0, 1 if _first(shapes[1]) else 3))]
    at = 1 if recipe.preparation.input.layout == "NCHW" else 3
    return [np.concatenate([picture, np.expand_dims(mask, (0, at))], at)]


def _sized(recipe: Recipe, channels: int, turned: bool = False) -> tuple[int, ...]:
    """Of the input's size, in its layout or the other one."""
    taken = recipe.preparation.input
    first = (taken.layout == "NCHW") is not turned
    return (1, channels, taken.height, taken.width) if first else (1, taken.height, taken.width, channels)


def _first(mask: tuple[int, ...]) -> bool:
    """Whether its only channel comes before height and width."""
    return mask[1] == 1


def _fits(shape: tuple[int, ...], declared: Shape | None) -> bool:
    if declared is None or len(declared) != len(shape):
        return declared is None
    return all(theirs in (None, mine) for mine, theirs in zip(shape, declared, strict=True))
