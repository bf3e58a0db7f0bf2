"""How far the outputs of two models are apart on the same pictures: for any model, whatever its outputs mean."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import tee
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from PIL import Image
from workbench.application.loading import Loaded, Outputs, prepare_picture, stream
from workbench.calibrator import feed
from workbench.calibrator.brought import mask_of
from workbench.calibrator.scorer import Dataset
from workbench.imaging.preprocess import picture

# Of whole outputs a few images say what many do.
IMAGES = 8
# Why an output has no distance.
SHAPES = "its shape differs from the reference's"
NUMBERS = "whole numbers, which are no measure of how far"
SELECTED = "the model selects or sorts, so no place is comparable"
_SELECTING = ("NonMaxSuppression", "MulticlassNms", "MatrixNms", "DetectionOutput", "TopK", "Proposal")


_Brought = tuple[str, Image.Image, Image.Image | None]  # the name of a picture, it, and its mask


@dataclass(frozen=True)
class Gap:
    """Of one output over some images: squares of the differences and of the reference's values, summed."""

    numbers: int
    error: float
    power: float

    def __add__(self, other: Gap) -> Gap:
        return Gap(self.numbers + other.numbers, self.error + other.error, self.power + other.power)

    @property
    def mse(self) -> float:
        """The mean of the squared differences."""
        return self.error / self.numbers if self.numbers else 0.0

    @property
    def relative(self) -> float | None:
        """Root mean square of the differences over that of the values; None where the values are all 0."""
        return math.sqrt(self.error / self.power) if self.power else None


Gaps = Mapping[str, Gap | str]  # by output; in words why there is none


def selects(model: ov.Model) -> bool:
    """Whether it answers with what it chose or sorted: then one choice more moves all that follow."""
    return any(node.get_type_name().startswith(_SELECTING) for node in model.get_ops())


def between(said: Outputs, wanted: Outputs) -> Gaps:
    """Of every output that both have by name."""
    return {name: _gap(array, wanted[name]) for name, array in said.items() if name in wanted}


def summed(images: Sequence[Gaps]) -> Gaps:
    """Over these images."""
    sums: dict[str, Gap | str] = defaultdict(lambda: Gap(0, 0.0, 0.0))
    for gaps in images:
        for name, gap in gaps.items():
            whole = sums[name]
            sums[name] = gap if isinstance(gap, str) else whole if isinstance(whole, str) else whole + gap
    return sums


def worst(gaps: Gaps) -> float | None:
    """Of the farthest output; None where none can be compared."""
    return max(
        (gap.relative for gap in gaps.values() if isinstance(gap, Gap) and gap.relative is not None), default=None
    )


def of_images(
    model: Loaded, reference: Loaded, dataset: Dataset, told: Callable[[int], None], *, selecting: bool
) -> list[Gaps]:
    """Of each image, decoded once for both, which have one recipe. ``told`` hears how many have been read.

    ``selecting``: whether the reference does. Refuses by its name an image that is broken.
    """
    mine, theirs = tee(_pictures(model, dataset, told))
    found: dict[int, Gaps] = {}
    waiting: tuple[dict[int, Outputs], dict[int, Outputs]] = ({}, {})
    for both in zip(_answers(model, mine), _answers(reference, theirs), strict=True):
        for (number, outputs), ahead in zip(both, waiting, strict=True):
            ahead[number] = outputs
        for number in {number for number, _ in both} & waiting[0].keys() & waiting[1].keys():
            found[number] = _compared(waiting[0].pop(number), waiting[1].pop(number), selecting=selecting)
        # Of what is still in flight for the other: its tensors are written over by the next picture.
        for (number, outputs), ahead in zip(both, waiting, strict=True):
            if number in ahead:
                ahead[number] = {name: array.copy() for name, array in outputs.items()}
    return [found[number] for number in range(len(dataset.items))]


def to_json(images: Sequence[Gaps]) -> dict[str, Any]:
    """``{images, outputs: [{output, mse, relative}]}``; both null where there is no distance."""
    outputs = [
        {
            "output": name,
            "mse": gap.mse if isinstance(gap, Gap) else None,
            "relative": gap.relative if isinstance(gap, Gap) else None,
        }
        for name, gap in summed(images).items()
    ]
    return {"images": len(images), "outputs": outputs}


def lines(gaps: Gaps) -> list[str]:
    """For people, an output each."""
    return [
        f"{name}: mean squared error {gap.mse:.3g}" if isinstance(gap, Gap) else f"{name}: {gap}"
        for name, gap in gaps.items()
    ]


def _pictures(loaded: Loaded, dataset: Dataset, told: Callable[[int], None]) -> Iterator[_Brought]:
    for number, item in enumerate(dataset.items, 1):
        data = feed.read(dataset.folder, item)
        with feed.broken_by_name(item.name):
            image = picture(data, loaded.recipe.preparation)
        yield item.name, image, mask_of(loaded.recipe, dataset.annotations.get(item.name))
        told(number)


def _answers(loaded: Loaded, pictures: Iterator[_Brought]) -> Iterator[tuple[int, Outputs]]:
    def fed() -> Iterator[Any]:
        for name, image, mask in pictures:
            with feed.broken_by_name(name):
                arrays = prepare_picture(image, loaded, mask)
            yield arrays

    return ((number, outputs) for number, outputs, _ in stream(loaded, fed()))


def _compared(said: Outputs, wanted: Outputs, *, selecting: bool) -> Gaps:
    return {name: SELECTED for name in said if name in wanted} if selecting else between(said, wanted)


def _gap(mine: NDArray[Any], theirs: NDArray[Any]) -> Gap | str:
    if mine.shape != theirs.shape:
        return SHAPES
    if not np.issubdtype(theirs.dtype, np.floating):
        return NUMBERS
    finite = np.isfinite(theirs) & np.isfinite(mine)
    values, others = np.asarray(theirs[finite], np.float64), np.asarray(mine[finite], np.float64)
    return Gap(int(finite.sum()), float(np.sum((values - others) ** 2)), float(np.sum(values**2)))
