"""What a model looked at: RISE (Petsiuk, Das, Saenko, BMVC 2018).

The picture is shown many times with random parts of it hidden; where an answer stays as it was while a pixel is seen,
that pixel mattered. Nothing is asked of the model but its answers, so it holds for INT8 as for FP32.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from workbench.application.feeding import Arrays
from workbench.application.loading import Loaded, prepare_picture, stream
from workbench.imaging.pencil import heat
from workbench.imaging.preprocess import Fitted
from workbench.tasks.computing import Computing

MASKS = 400
CELLS = 7  # a side, as in the paper
SEEN = 0.5  # of the cells
LONGEST = 448  # pixels a side of what is hidden from: cells are far coarser


def drawn(picture: Image.Image, model: Loaded, whole: Any, task: Computing[Any, Any]) -> Image.Image:
    """The picture with its importance over it."""
    warmth = of(picture, model, whole, task)
    enlarged = Image.fromarray(warmth).resize(picture.size, Image.Resampling.BILINEAR)
    return heat(picture, np.asarray(enlarged, np.float32))


def of(picture: Image.Image, model: Loaded, whole: Any, task: Computing[Any, Any]) -> NDArray[np.float32]:
    """Shape (height, width) of the picture made small, from 0 to 1; all 0 where no part matters more than another.

    The covariance of mask and score, so that a score's own level, as of logits, does not count.
    """
    assert task.still is not None, "whoever asks knows that the task can tell"
    small = picture.convert("RGB")
    small.thumbnail((LONGEST, LONGEST))
    hidden = _hidden(small.width, small.height)
    scores = np.zeros(MASKS, np.float64)
    for number, outputs, _fitted in stream(model, _shown(small, model, hidden)):
        scores[number] = task.still(outputs, model.recipe, whole)
    centered = (scores - scores.mean()).astype(np.float32)
    total = np.zeros((small.height, small.width), np.float32)
    for weight, mask in zip(centered, hidden, strict=True):
        total += weight * mask.seen()
    span = float(total.max() - total.min())
    return (total - total.min()) / span if span > 0 else total


class _Mask:
    """Which cells are seen, enlarged to the picture and moved by less than a cell."""

    def __init__(self, cells: NDArray[np.bool_], width: int, height: int, left: int, top: int) -> None:
        self._cells, self._size, self._corner = cells, (width, height), (left, top)

    def seen(self) -> NDArray[np.float32]:
        """Shape (height, width), 0 to 1."""
        (width, height), (left, top) = self._size, self._corner
        large = width + width // CELLS + 1, height + height // CELLS + 1
        smooth = Image.fromarray(self._cells.astype(np.float32)).resize(large, Image.Resampling.BILINEAR)
        return np.asarray(smooth, np.float32)[top : top + height, left : left + width]


def _hidden(width: int, height: int) -> list[_Mask]:
    draw = np.random.default_rng(0)  # the same picture, the same map
    cells = draw.random((MASKS, CELLS + 1, CELLS + 1)) < SEEN
    lefts = draw.integers(0, width // CELLS + 1, MASKS)
    tops = draw.integers(0, height // CELLS + 1, MASKS)
    return [_Mask(cells[number], width, height, int(lefts[number]), int(tops[number])) for number in range(MASKS)]


def _shown(picture: Image.Image, model: Loaded, masks: list[_Mask]) -> Iterator[tuple[Arrays, Fitted]]:
    pixels = np.asarray(picture, np.float32)
    for mask in masks:
        part = (pixels * mask.seen()[:, :, None]).astype(np.uint8)
        yield prepare_picture(Image.fromarray(part), model)
