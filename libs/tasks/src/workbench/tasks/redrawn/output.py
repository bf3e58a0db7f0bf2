"""From the numbers of an output to a picture, and from the model's pixels to those of the original."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from workbench.imaging.preprocess import Fitted
from workbench.tasks.recipe import Recipe

_RANGES = {"0..255": (0.0, 255.0), "0..1": (0.0, 1.0), "-1..1": (-1.0, 1.0)}


def channels_last(output: NDArray[Any], channels: int) -> NDArray[Any]:
    """Of one picture, shape (height, width, channels). Raises ValueError for an output of other channels."""
    if output.ndim == 4 and output.shape[0] == 1 and output.shape[1] == channels:
        return output[0].transpose(1, 2, 0)
    if output.ndim == 4 and output.shape[0] == 1 and output.shape[3] == channels:
        return output[0]
    raise refuse_shape(output, "a picture", ([1, channels, "height", "width"], [1, "height", "width", channels]))


def as_levels(numbers: NDArray[Any], recipe: Recipe) -> NDArray[np.uint8]:
    """0 to 255, three channels as RGB. Raises ValueError where some are not finite.

    numbers: shape (height, width, channels), three in the order of the recipe's colour.
    """
    if not np.isfinite(numbers).all():
        raise ValueError(f"{int((~np.isfinite(numbers)).sum())} of {numbers.size} numbers of its output are not finite")
    black, white = _RANGES[str(recipe.options["levels"])]
    shown = np.rint((numbers.astype(np.float32) - black) * (255 / (white - black))).clip(0, 255).astype(np.uint8)
    return np.ascontiguousarray(shown[:, :, ::-1] if recipe.preparation.color == "BGR" else shown)


def of_original(picture: Image.Image, fitted: Fitted, size: tuple[int, int]) -> NDArray[np.uint8]:
    """What lies over the original, without the frame of a letterbox, in that size; RGB, shape (height, width, 3).

    picture: of all that the model saw, however large the model has drawn it.
    """
    larger = (picture.width / fitted.image.width, picture.height / fitted.image.height)
    ends = [
        start + side * scale
        for start, side, scale in zip((fitted.left, fitted.top), fitted.size, fitted.scale, strict=True)
    ]
    box = (
        fitted.left * larger[0],
        fitted.top * larger[1],
        min(picture.width, ends[0] * larger[0]),
        min(picture.height, ends[1] * larger[1]),
    )
    return np.asarray(picture.resize(size, Image.Resampling.BICUBIC, box=box))


def refuse_shape(output: NDArray[Any], what: str, accepted: Sequence[Sequence[Any]]) -> ValueError:
    """To raise: ``what`` a picture here has to be, and of which shapes."""
    shapes = " or ".join(f"[{', '.join(map(str, shape))}]" for shape in accepted)
    return ValueError(f"its output has the shape {list(output.shape)}; {what} is {shapes}")
