"""What the API, the jobs and the cores of this service all speak. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

CALIBRATION_SPLITS = ("calibration", "all")
EVALUATION_SPLITS = ("evaluation", "all")


@dataclass(frozen=True)
class IgnoredScope:
    """Operations that stay floating point: by name, by OpenVINO type, by regular expression on the name."""

    names: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True)
class CalibrationSpec:
    """What ``quantize`` is asked for; ``recipe`` is still JSON, the core reads it.

    Without ``ignored_scope`` the core measures whether something is better left in floating point.
    """

    main_file: str
    recipe: dict[str, Any]
    preset: str
    subset_size: int
    ignored_scope: IgnoredScope | None
    split: str


@dataclass(frozen=True)
class EvaluationSpec:
    """What ``evaluate`` is asked for; without ``metrics``, every one that model and dataset allow."""

    main_file: str
    recipe: dict[str, Any]
    device: str
    inference_precision: str
    split: str
    metrics: tuple[str, ...] | None


# As many as a person looks at.
MOST_TRIED = 20


@dataclass(frozen=True)
class TrialSpec:
    """What ``try_images`` is asked for; without ``images``, the dataset's first."""

    main_file: str
    recipe: dict[str, Any]
    device: str
    inference_precision: str
    images: tuple[str, ...] | None
    importance: bool
