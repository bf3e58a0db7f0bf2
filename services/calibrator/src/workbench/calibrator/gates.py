"""What an INT8 model does to the answers, and whether leaving the gates in floating point mends it.

A gate multiplies a branch by its own squashed self (SiLU, HardSwish) or by a squashed mean (squeeze-and-excite). Its
two factors range differently from image to image, so one range of 8 bits fits neither. Measured on small detectors,
gates are what INT8 loses its accuracy by; where that is so, only a measurement tells.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import openvino as ov
from workbench.application.loading import Outputs
from workbench.calibrator import apart
from workbench.calibrator.values import IgnoredScope
from workbench.runner.core import Refusal

# Relative distances: from here on the gates are tried; to be kept they must take this share of it away.
FAR, BETTER = 0.1, 0.25
_SQUASHING = {"Sigmoid", "HardSigmoid", "HSigmoid", "HSwish", "Swish"}
_AROUND = {"Multiply", "ReduceMean"}


@dataclass(frozen=True)
class Tried:
    """What stays float, and how far the answers then are from the float model's."""

    scope: IgnoredScope
    distance: float | None


@dataclass(frozen=True)
class Found:
    """What was kept, and what it was better than; ``instead_of`` is None where nothing else was kept or tried.

    images: how many the distances are of.
    """

    images: int
    kept: Tried
    instead_of: Tried | None = None

    def to_json(self) -> dict[str, Any]:
        """As it is kept with the model; distances are shares of the outputs' root mean square."""
        told: dict[str, Any] = {"distance": self.kept.distance, "images_compared": self.images}
        if self.instead_of is None:
            return told
        return {**told, "kept_float": asdict(self.kept.scope), "distance_without": self.instead_of.distance}

    def warnings(self) -> list[str]:
        """What a person should know of it."""
        if self.instead_of is not None:
            return [
                f"With everything quantized the outputs were off by {self.instead_of.distance:.0%} (of their root "
                f"mean square); with {', '.join(self.kept.scope.types)} left in floating point it is "
                f"{self.kept.distance:.0%}, so they were left. An ignored scope of your own decides otherwise."
            ]
        if _is_far(self.kept):
            return [
                f"INT8 moves the outputs by {self.kept.distance:.0%} (of their root mean square): measure the "
                "accuracy, and name in the ignored scope what shall stay in floating point."
            ]
        return []


def gates(model: ov.Model) -> IgnoredScope | None:
    """The types of operations that make the model's gates; None where it has none."""
    types = {node.get_type_name() for node in model.get_ops()}
    squashing = types & _SQUASHING
    return IgnoredScope(types=tuple(sorted(squashing | (types & _AROUND)))) if squashing else None


def distance(model: ov.Model, quantized: ov.Model, fed: Sequence[Any]) -> float | None:
    """How far the outputs are, of the farthest output: root mean square of the differences over that of the values.

    Each of ``fed`` is an image, as the model's inputs take it. Both models run in f32 on the CPU, whatever device they
    are made for. None where places can't be compared: the model selects or sorts, or answers in whole numbers only.
    """
    if apart.selects(model):
        return None
    before, after = _compiled(model), _compiled(quantized)
    found = [apart.between(_by_number(after(inputs)), _by_number(before(inputs))) for inputs in fed]
    return apart.worst(apart.summed(found))


def kept(
    model: ov.Model, fed: Sequence[Any], make: Callable[[IgnoredScope], ov.Model], asked: IgnoredScope | None
) -> tuple[ov.Model, Found]:
    """The INT8 model that ``make`` makes of what was asked to stay float.

    Where nothing was asked, it is made again with the gates left float, if that may help, and kept if it does.
    """
    whole = asked or IgnoredScope()
    quantized = make(whole)
    first = Tried(whole, distance(model, quantized, fed))
    scope = gates(model) if asked is None and _is_far(first) else None
    if scope is None:
        return quantized, Found(len(fed), first)
    try:
        gated = make(scope)
    except Refusal:  # nothing would be quantized then
        return quantized, Found(len(fed), first)
    second = Tried(scope, distance(model, gated, fed))
    return (gated, Found(len(fed), second, first)) if _is_better(second, first) else (quantized, Found(len(fed), first))


def _is_far(tried: Tried) -> bool:
    return tried.distance is not None and tried.distance > FAR


def _is_better(other: Tried, first: Tried) -> bool:
    if other.distance is None or first.distance is None:
        return False
    return other.distance <= (1 - BETTER) * first.distance


def _compiled(model: ov.Model) -> ov.CompiledModel:
    return ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})


def _by_number(results: Any) -> Outputs:
    return {str(number): array for number, array in enumerate(results.values())}
