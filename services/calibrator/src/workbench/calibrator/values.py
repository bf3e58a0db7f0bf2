"""What the API, the jobs and the cores of this service all speak. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

CALIBRATION_SPLITS = ("calibration", "all")
EVALUATION_SPLITS = ("evaluation", "all")

# Below this, ranges of rare activations are a matter of luck.
FEW_IMAGES = 300


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
    preset: str = "performance"
    subset_size: int = 300
    ignored_scope: IgnoredScope | None = None
    split: str = "calibration"


@dataclass(frozen=True)
class EvaluationSpec:
    """What ``evaluate`` is asked for; without ``metrics``, every one that model and dataset allow."""

    main_file: str
    recipe: dict[str, Any]
    device: str = "CPU"
    inference_precision: str = "f32"
    split: str = "evaluation"
    metrics: tuple[str, ...] | None = None


# As many as a person looks at.
MOST_TRIED = 20


@dataclass(frozen=True)
class TrialSpec:
    """What ``try_images`` is asked for; without ``images``, the dataset's first."""

    main_file: str
    recipe: dict[str, Any]
    device: str = "CPU"
    inference_precision: str = "f32"
    images: tuple[str, ...] | None = None
    importance: bool = False
