"""How far two arrays are from each other that should be the same output of one model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FINE, COARSE = 1e-3, 1e-2  # of an output's largest value: in FP32; where something is stored or computed in less
_FEW = 1e-4  # of an output's values may be further off: a pixel that was rounded to its other neighbour
_LEEWAY = 4  # rounding here and there adds up otherwise than one change of the weights
_SMALLEST_MAGNITUDE = 1e-3  # outputs below are noise around nothing: they are compared as if they were this large


@dataclass(frozen=True)
class Distance:
    """largest: the largest difference. magnitude: the source's largest value. relative: the one over the other.

    beyond: the share of values that differ by more than the tolerance. nonfinite: how many values are NaN or infinite
    on one side only, or differently so. ``shapes`` are given where they differ, and then nothing else counts.
    """

    largest: float
    magnitude: float
    relative: float
    beyond: float
    nonfinite: int
    values: int
    shapes: tuple[tuple[int, ...], tuple[int, ...]] | None = None

    @property
    def alike(self) -> bool:
        """Whether that is no more than two ways of computing the same may differ."""
        return self.shapes is None and self.beyond <= _FEW

    def explained_by(self, shaken: Distance) -> bool:
        """Whether the model is such that a mere rounding moves it about as far: ``shaken`` tells how far."""
        fits = self.shapes is None and shaken.shapes is None and self.nonfinite <= shaken.nonfinite
        return fits and self.largest <= _LEEWAY * shaken.largest

    def to_json(self) -> dict[str, Any]:
        """As it is kept with the model."""
        told = {
            "largest_difference": self.largest,
            "magnitude": self.magnitude,
            "relative": self.relative,
            "beyond": self.beyond,
            "nonfinite": self.nonfinite,
        }
        return told if self.shapes is None else {**told, "shapes": [list(shape) for shape in self.shapes]}


def distance(source: NDArray[Any], converted: NDArray[Any], tolerance: float) -> Distance:
    """From the source's array to the converted model's; ``tolerance`` is relative to the source's largest value.

    Both of any type and shape, computed in float64; of two shapes every number is beyond.
    """
    if source.shape != converted.shape:
        return Distance(0.0, 0.0, 0.0, 1.0, 0, source.size, (source.shape, converted.shape))
    before, after = source.astype(np.float64), converted.astype(np.float64)
    finite = np.isfinite(before) & np.isfinite(after)
    odd = ~finite & ~((before == after) | (np.isnan(before) & np.isnan(after)))
    magnitude = float(np.max(np.abs(before), where=finite, initial=0.0))
    differences = np.abs(np.subtract(before, after, where=finite, out=np.zeros_like(before)))
    scale = max(magnitude, _SMALLEST_MAGNITUDE)
    beyond = int(odd.sum()) + int((differences > tolerance * scale).sum())
    largest = float(differences.max(initial=0.0))
    return Distance(largest, magnitude, largest / scale, beyond / max(before.size, 1), int(odd.sum()), before.size)


def overflows(source: NDArray[Any], converted: NDArray[Any]) -> bool:
    """Whether the source has left the range of its numbers where the converted model has not."""
    if source.shape != converted.shape or source.dtype.kind != "f":
        return False
    return bool((~np.isfinite(source) & np.isfinite(converted.astype(np.float64))).any())


def says_nothing(array: NDArray[Any]) -> bool:
    """Whether there is no finite value to compare."""
    return array.size == 0 or (array.dtype.kind == "f" and not np.isfinite(array).any())
