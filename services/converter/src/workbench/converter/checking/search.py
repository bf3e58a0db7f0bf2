"""Which operation is the first that differs, and whether it only chose otherwise among what is nearly equal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from workbench.converter.checking.comparison import Comparison, Feeds
from workbench.converter.checking.distance import distance
from workbench.converter.checking.runtimes import NotComparable, Step

_AT_ONCE = 48  # tensors of one run
# A hair's breadth before them may be anything behind them: in ONNX's words and OpenVINO's.
_CHOOSING = {
    "ArgMax",
    "ArgMin",
    "Bucketize",
    "Cast",
    "Ceil",
    "Ceiling",
    "Convert",
    "DynamicQuantizeLinear",
    "Equal",
    "FakeQuantize",
    "Floor",
    "FloorMod",
    "Greater",
    "GreaterEqual",
    "GreaterOrEqual",
    "Hardmax",
    "Less",
    "LessEqual",
    "LessOrEqual",
    "MaxPool",
    "MaxRoiPool",
    "Mod",
    "MulticlassNms",
    "NonMaxSuppression",
    "NonZero",
    "NotEqual",
    "QuantizeLinear",
    "Round",
    "Sign",
    "TopK",
    "Unique",
}


def first_difference(comparison: Comparison) -> dict[str, Any]:
    """``operation`` for a person, None where it cannot be told; ``tie``: nothing more than a choice among equals."""
    tie: str | None = None
    for feeds in comparison.differing:
        try:
            found = _Search(comparison, *feeds).run()
        except NotComparable:
            found = None
        if found is None or not found[1]:
            return {"operation": found[0].told if found else None, "tie": False}
        tie = tie or found[0].told
    return {"operation": tie, "tie": True}


@dataclass
class _Search:
    comparison: Comparison
    before: Feeds
    after: Feeds
    exact: dict[str, bool] = field(default_factory=dict)

    def run(self) -> tuple[Step, bool] | None:
        """In order, so many tensors at once."""
        steps = self.comparison.source.steps()
        self.exact = {name: True for step in steps if step.fixed for name in step.makes}
        self.exact |= {
            name: _same(self.before[port.name], self.after.get(port.name))
            for port in self.comparison.source.inputs
            for name in port.names
        }
        makers = {name: step for step in steps for name in step.makes}
        for chunk in self._chunks(steps):
            names = [name for _, name in chunk]
            sources = self._run_source(names)
            converted, shaken = self._run_converted(names)
            for (step, name), source, other, moved in zip(chunk, sources, converted, shaken, strict=True):
                if self._differ(source, other, moved):
                    return step, self._chose(step, makers, 0)
                self.exact[name] = _same(source, other)
        return None

    def _differ(self, source: Any, other: Any, moved: Any) -> bool:
        found, by = (distance(one, other, self.comparison.tolerance) for one in (source, moved))
        return not (found.alike or found.explained_by(by))

    def _run_converted(self, names: Sequence[str]) -> tuple[list[Any], list[Any]]:
        converted, own = self.comparison.converted, len(self.comparison.converted.outputs)
        shaken = converted.run_shaken(self.after, self.comparison.rounding, names)
        return converted.run(self.after, names)[own:], shaken[own:]

    def _run_source(self, names: Sequence[str]) -> list[Any]:
        return self.comparison.source.run(self.before, names)[len(self.comparison.source.outputs) :]

    def _chunks(self, steps: Sequence[Step]) -> Iterator[list[tuple[Step, str]]]:
        known = self.comparison.source.tensors() & self.comparison.converted.tensors()
        todo = [(step, name) for step in steps if not step.fixed for name in step.makes if name in known]
        for place in range(math.ceil(len(todo) / _AT_ONCE)):
            yield todo[place * _AT_ONCE : (place + 1) * _AT_ONCE]

    def _chose(self, step: Step, makers: dict[str, Step], depth: int) -> bool:
        """Whether it, or what lies between it and what was looked at, chose by numbers that are not the very same."""
        if step.operation in _CHOOSING and not all(self.exact.get(name, False) for name in step.takes):
            return True
        hidden = [makers[name] for name in step.takes if name not in self.exact and name in makers]
        return depth < len(_CHOOSING) and any(self._chose(one, makers, depth + 1) for one in hidden)


def _same(source: Any, other: Any) -> bool:
    return other is not None and source.shape == other.shape and bool(np.array_equal(source, other, equal_nan=True))
