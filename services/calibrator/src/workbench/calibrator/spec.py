"""What a calibration and an evaluation are asked for: the requests' own fields, and what the cores read besides."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow.validate import Length
from workbench.calibrator.values import (
    CALIBRATION_SPLITS,
    EVALUATION_SPLITS,
    MOST_TRIED,
    CalibrationSpec,
    EvaluationSpec,
    IgnoredScope,
    TrialSpec,
)
from workbench.fields import Choice, Facts, Flag, Object, Text, checked, shared


def _texts(words: str) -> ma.fields.List[str]:
    return ma.fields.List(Text(validate=Length(min=1)), load_default=list, metadata={"description": words})


class ScopeFields(Object):
    """Operations that stay in floating point."""

    names = _texts("Friendly names.")
    types = _texts("Operation types.")
    patterns = _texts("Regular expressions.")


class ScopeSpec(ScopeFields):
    """As the core reads it."""

    @ma.post_load
    def _made(self, data: dict[str, Any], **_context: Any) -> IgnoredScope:
        return IgnoredScope(**{name: tuple(texts) for name, texts in data.items()})


class CalibrationFields(Object):
    """How to quantize."""

    preset = shared.preset()
    subset_size = shared.subset_size()
    split = Choice(
        *CALIBRATION_SPLITS,
        load_default="calibration",
        metadata={"description": "`all` for a dataset that nothing is scored on."},
    )


class CalibrationSchema(CalibrationFields):
    """What ``quantize`` reads."""

    main_file = shared.main_file()
    recipe = Facts(required=True)
    ignored_scope = ma.fields.Nested(ScopeSpec, load_default=None, allow_none=True)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_context: Any) -> CalibrationSpec:
        return CalibrationSpec(**data)


class EvaluationFields(Object):
    """How to score."""

    inference_precision = shared.inference_precision()
    split = Choice(
        *EVALUATION_SPLITS,
        load_default="evaluation",
        metadata={"description": "`all` for a dataset that nothing was calibrated on."},
    )


class EvaluationSchema(EvaluationFields):
    """What ``evaluate`` reads."""

    main_file = shared.main_file()
    recipe = Facts(required=True)
    device = shared.device("In OpenVINO's words.", load_default="CPU")
    metrics = ma.fields.List(Text(), load_default=None, validate=Length(min=1))

    @ma.post_load
    def _made(self, data: dict[str, Any], **_context: Any) -> EvaluationSpec:
        metrics = None if data["metrics"] is None else tuple(dict.fromkeys(data["metrics"]))
        return EvaluationSpec(**data | {"metrics": metrics})


class TrialFields(Object):
    """Which images to try, and how."""

    inference_precision = shared.inference_precision()
    images = ma.fields.List(
        Text(validate=Length(1, 1024)),
        load_default=None,
        allow_none=True,
        validate=Length(1, MOST_TRIED),
        metadata={"description": f"Names of the dataset's images. Default: its first {MOST_TRIED}."},
    )
    importance = Flag(
        load_default=False,
        metadata={"description": "Draw what the answer hung on, by RISE; 400 inferences an image. For classification."},
    )


class TrialSchema(TrialFields):
    """What ``try_images`` reads."""

    main_file = shared.main_file()
    recipe = Facts(required=True)
    device = shared.device("In OpenVINO's words.", load_default="CPU")

    @ma.post_load
    def _made(self, data: dict[str, Any], **_context: Any) -> TrialSpec:
        images = None if data["images"] is None else tuple(dict.fromkeys(data["images"]))
        return TrialSpec(**data | {"images": images})


def read_calibration(document: object) -> CalibrationSpec:
    """The specification, checked. Raises BadSpec."""
    spec: CalibrationSpec = checked(CalibrationSchema(), document)
    return spec


def read_evaluation(document: object) -> EvaluationSpec:
    """The specification, checked. Raises BadSpec."""
    spec: EvaluationSpec = checked(EvaluationSchema(), document)
    return spec


def read_trial(document: object) -> TrialSpec:
    """The specification, checked. Raises BadSpec."""
    spec: TrialSpec = checked(TrialSchema(), document)
    return spec
