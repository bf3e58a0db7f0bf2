"""The values that the profiler's API, jobs and core all speak. Standard library only."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from workbench.runner.device_time import FEWEST_LAUNCHES

MOST_OTHERS = 7  # that one request measures beside its own model
MOST_INPUTS = 64
TENSOR_FILE = "tensor.npy"
# What an array may hold: OpenVINO's word for it, and NumPy's.
ELEMENT_TYPES = {
    "boolean": "bool",
    "f16": "float16",
    "f32": "float32",
    "f64": "float64",
    "i8": "int8",
    "i16": "int16",
    "i32": "int32",
    "i64": "int64",
    "u8": "uint8",
    "u16": "uint16",
    "u32": "uint32",
    "u64": "uint64",
}
_FLOATS = ("f16", "bf16", "f32", "f64")


def may_feed(given: str, wanted: str) -> bool:
    """Whether an array of one element type can be an input of another: fractions do not become whole numbers."""
    if wanted not in (*ELEMENT_TYPES, "bf16"):
        return False
    return wanted in _FLOATS or given == wanted or (given not in _FLOATS and wanted != "boolean")


class Hint(StrEnum):
    """OpenVINO's performance hints that a profile may ask for."""

    THROUGHPUT = "throughput"
    LATENCY = "latency"


@dataclass(frozen=True)
class ProfileSpec:
    """One model on one device in one configuration. ``duration_s`` is of each launch, in seconds.

    ``streams`` and ``requests`` left out are chosen by OpenVINO from ``hint``; ``shapes`` are needed for
    inputs whose shape the model leaves open, beside the batch. ``until`` is a half-width, as a share.
    ``others``: the main files of models that are measured in turns with this one. ``inputs``: input name to its file
    below the run's inputs; what is not there is made up.
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
    until: float | None = None
    within_s: float = 600.0
    shapes: dict[str, list[int]] | None = None
    inputs: dict[str, str] | None = None
    seed: int = 0
    others: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The specification as JSON, every field written out."""
        return asdict(self)


class Loop(StrEnum):
    """How one launch kept the device busy."""

    ASYNC = "async"  # every infer request in flight, as benchmark_app does
    SYNC = "sync"  # one request, one inference after another


class Verdict(StrEnum):
    """Whether a measurement may be relied on, best first."""

    TRUSTED = "trusted"
    DOUBTFUL = "doubtful"
    UNTRUSTED = "untrusted"


@dataclass(frozen=True)
class Reason:
    """One rule's objection to a measurement: what it saw, and the limit that was crossed."""

    rule: str
    verdict: Verdict
    detail: str
    value: float
    limit: float

    def to_json(self) -> dict[str, Any]:
        """The reason as JSON."""
        return asdict(self)
