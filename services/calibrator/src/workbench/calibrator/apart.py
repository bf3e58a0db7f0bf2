"""How far the outputs of two models are apart on the same pictures: for any model, whatever its outputs mean."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.application.loading import Loaded, infer
from workbench.calibrator import feed
from workbench.calibrator.gates import squares
from workbench.calibrator.scorer import Dataset, prepared

# Of whole outputs a few images say what many do.
IMAGES = 8


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


Gaps = Mapping[str, Gap | None]  # by output; None where the shapes differ, so that no place can be compared


def of_images(model: Loaded, reference: Loaded, dataset: Dataset, told: Callable[[int], None]) -> list[Gaps]:
    """Of each image, for every output that both have by name. ``told`` hears how many are through."""
    found: list[Gaps] = []
    for number, item in enumerate(dataset.items, 1):
        data = feed.read(dataset.folder, item)
        said, wanted = (infer(each, prepared(data, each, item.name)[0]) for each in (model, reference))
        found.append({name: _gap(array, wanted[name]) for name, array in said.items() if name in wanted})
        told(number)
    return found


def worst(gaps: Gaps) -> float | None:
    """Of the farthest output; None where none can be compared."""
    return max((gap.relative for gap in gaps.values() if gap and gap.relative is not None), default=None)


def to_json(images: Sequence[Gaps]) -> dict[str, Any]:
    """``{images, outputs: [{output, mse, relative}]}``; both null where the shapes differ."""
    sums: dict[str, Gap | None] = defaultdict(lambda: Gap(0, 0.0, 0.0))
    for gaps in images:
        for name, gap in gaps.items():
            whole = sums[name]
            sums[name] = None if gap is None or whole is None else whole + gap
    outputs = [{"output": name, "mse": gap.mse if gap else None, "relative": gap.relative if gap else None}
               for name, gap in sums.items()]  # fmt: skip
    return {"images": len(images), "outputs": outputs}


def lines(gaps: Gaps) -> list[str]:
    """For people, an output each."""
    return [f"{name}: its shape differs from the reference's" if gap is None else
            f"{name}: mean squared error {gap.mse:.3g}" for name, gap in gaps.items()]  # fmt: skip


def _gap(mine: NDArray[Any], theirs: NDArray[Any]) -> Gap | None:
    if mine.shape != theirs.shape:
        return None
    error, power = squares(theirs, mine)
    return Gap(int(np.isfinite(mine).sum()), error, power)
