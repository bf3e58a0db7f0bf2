"""What the API, the jobs and the cores of this service all speak. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self

PRESETS = ("performance", "mixed")
CALIBRATION_SPLITS = ("calibration", "all")
EVALUATION_SPLITS = ("evaluation", "all")
INFERENCE_PRECISIONS = ("f32", "f16", "bf16")

# NNCF's own default: more images rarely change the ranges it collects.
DEFAULT_SUBSET_SIZE = 300
LARGEST_SUBSET_SIZE = 100_000
# Below this, ranges of rare activations are a matter of luck.
FEW_IMAGES = 100


class BadSpec(ValueError):
    """A spec no core can work with; the message names the field and what would be accepted."""


@dataclass(frozen=True)
class IgnoredScope:
    """Operations that stay floating point: by name, by OpenVINO type, by regular expression on the name."""

    names: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, document: object) -> Self:
        """The scope of a JSON object of lists of texts; absent lists are empty."""
        members = _members(cls, document, "ignored_scope", required=())
        for name, value in members.items():
            if not isinstance(value, list) or not all(isinstance(text, str) and text for text in value):
                raise BadSpec(f"ignored_scope.{name}: must be a list of texts, not {value!r}")
        return cls(**{name: tuple(value) for name, value in members.items()})


@dataclass(frozen=True)
class CalibrationSpec:
    """What ``quantize`` is asked for; ``recipe`` is still JSON, the core reads it."""

    main_file: str
    recipe: dict[str, Any]
    preset: str = "performance"
    subset_size: int = DEFAULT_SUBSET_SIZE
    ignored_scope: IgnoredScope = IgnoredScope()
    split: str = "calibration"

    @classmethod
    def from_json(cls, document: object) -> Self:
        """The spec of ``spec.json``; raises BadSpec naming the field at fault."""
        members = _members(cls, document, "spec", required=("main_file", "recipe"))
        spec = cls(**members | {"ignored_scope": IgnoredScope.from_json(members.get("ignored_scope") or {})})
        _check_file_name(spec.main_file)
        _check_choice("preset", spec.preset, PRESETS)
        _check_choice("split", spec.split, CALIBRATION_SPLITS)
        if type(spec.subset_size) is not int or not 1 <= spec.subset_size <= LARGEST_SUBSET_SIZE:
            accepted = f"must be a whole number from 1 to {LARGEST_SUBSET_SIZE}"
            raise BadSpec(f"subset_size: {accepted}, not {spec.subset_size!r}")
        return spec


@dataclass(frozen=True)
class EvaluationSpec:
    """What ``evaluate`` is asked for; without ``metrics``, every one that model and dataset allow."""

    main_file: str
    recipe: dict[str, Any]
    device: str = "CPU"
    inference_precision: str = "f32"
    split: str = "evaluation"
    metrics: tuple[str, ...] | None = None

    @classmethod
    def from_json(cls, document: object) -> Self:
        """The spec of ``spec.json``; raises BadSpec naming the field at fault."""
        members = _members(cls, document, "spec", required=("main_file", "recipe"))
        metrics = members.get("metrics")
        if metrics is not None:
            if not isinstance(metrics, list) or not metrics or not all(isinstance(m, str) for m in metrics):
                raise BadSpec(f"metrics: must be a list of names that is not empty, or null, not {metrics!r}")
            members["metrics"] = tuple(dict.fromkeys(metrics))
        spec = cls(**members)
        _check_file_name(spec.main_file)
        _check_choice("split", spec.split, EVALUATION_SPLITS)
        _check_choice("inference_precision", spec.inference_precision, INFERENCE_PRECISIONS)
        if not isinstance(spec.device, str) or not spec.device:
            raise BadSpec(f"device: must be the name of an OpenVINO device such as CPU, not {spec.device!r}")
        return spec


def _members(kind: type[Any], document: object, path: str, required: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise BadSpec(f"{path}: must be a JSON object, not {document!r}")
    known = [field.name for field in fields(kind)]
    unknown = [name for name in document if name not in known]
    if unknown:
        raise BadSpec(f"{path}.{unknown[0]}: is unknown; accepted are {', '.join(known)}")
    missing = [name for name in required if name not in document]
    if missing:
        raise BadSpec(f"{path}.{missing[0]}: is required")
    return dict(document)


def _check_choice(field: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise BadSpec(f"{field}: must be one of {', '.join(choices)}, not {value!r}")


def _check_file_name(value: object) -> None:
    if not isinstance(value, str) or not value or "/" in value or value.startswith("."):
        raise BadSpec(f"main_file: must be the plain name of a file, not {value!r}")
