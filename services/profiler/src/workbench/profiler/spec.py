"""What one profile is asked to measure; a value that cannot be measured is refused by its field's name."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from typing import Any

from workbench.figures import FEWEST_LAUNCHES
from workbench.profiler.refusals import BadSpec
from workbench.profiler.values import Hint

_MOST_LAUNCHES = 100
_LONGEST_LAUNCH_S = 3600.0
_MOST_STREAMS = 1024
_MOST_REQUESTS = 4096
_LARGEST_BATCH = 4096
_LEAVES = re.compile(r"(^/)|(^|/)\.\.(/|$)")  # paths out of the folder


@dataclass(frozen=True)
class ProfileSpec:
    """One model on one device in one configuration. ``duration_s`` is of each launch, in seconds.

    ``streams`` and ``requests`` left out are chosen by OpenVINO from ``hint``; ``shapes`` are needed for
    inputs whose shape the model leaves open, beside the batch.
    """

    main_file: str
    device: str = "CPU"
    inference_precision: str = "f32"
    batch: int = 1
    hint: str | None = Hint.THROUGHPUT
    streams: int | None = None
    requests: int | None = None
    duration_s: float = 2.0
    launches: int = FEWEST_LAUNCHES
    shapes: dict[str, list[int]] | None = None
    seed: int = 0

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> ProfileSpec:
        """Read and check a specification. Raises BadSpec naming the first field that is wrong."""
        unknown = sorted(set(document) - {field.name for field in fields(cls)})
        if unknown:
            raise BadSpec(f"{unknown[0]}: no such field in a profile.", field=unknown[0])
        if "main_file" not in document:
            raise BadSpec("main_file: required, the model's file below inputs/model.", field="main_file")
        spec = cls(**document)
        spec._check()
        return spec

    def to_json(self) -> dict[str, Any]:
        """The specification as JSON, every field written out."""
        return asdict(self)

    def _check(self) -> None:
        for name in ("main_file", "device", "inference_precision"):
            _require(name, isinstance(getattr(self, name), str) and getattr(self, name) != "", "a word")
        _require("main_file", not _LEAVES.search(self.main_file), "a file below inputs/model")
        _require("hint", self.hint in (None, *Hint), "throughput, latency or null")
        _require_int("batch", self.batch, 1, _LARGEST_BATCH)
        _require_int("launches", self.launches, FEWEST_LAUNCHES, _MOST_LAUNCHES)
        _require_int("seed", self.seed, 0, 2**32 - 1)
        if self.streams is not None:
            _require_int("streams", self.streams, 1, _MOST_STREAMS)
        if self.requests is not None:
            _require_int("requests", self.requests, 1, _MOST_REQUESTS)
        is_number = isinstance(self.duration_s, int | float) and not isinstance(self.duration_s, bool)
        _require("duration_s", is_number and 0 < self.duration_s <= _LONGEST_LAUNCH_S,
                 f"seconds above 0 and up to {_LONGEST_LAUNCH_S:.0f}")
        _check_shapes(self.shapes)


def _check_shapes(shapes: object) -> None:
    expected = "an object of input name to a list of positive numbers, or null"
    _require("shapes", shapes is None or isinstance(shapes, dict), expected)
    for name, shape in (shapes or {}).items():  # type: ignore[attr-defined]
        _require(f"shapes.{name}", isinstance(shape, list) and all(map(_is_positive, shape)),
                 "a list of positive numbers")


def _is_positive(dimension: object) -> bool:
    return isinstance(dimension, int) and not isinstance(dimension, bool) and dimension > 0


def _require_int(field: str, value: object, low: int, high: int) -> None:
    is_int = isinstance(value, int) and not isinstance(value, bool)
    _require(field, is_int and low <= value <= high, f"a whole number from {low} to {high}")  # type: ignore[operator]


def _require(field: str, holds: bool, expected: str) -> None:
    if not holds:
        raise BadSpec(f"{field}: must be {expected}.", field=field)
