"""What crosses HTTP: recipes, calibrations and evaluations."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, OneOf
from workbench.calibrator.spec import CalibrationFields, EvaluationFields, ScopeFields, TrialFields
from workbench.fields import Text, Whole, shared
from workbench.imaging.preparation import LARGEST_SIDE
from workbench.tasks.catalogue import NAMES
from workbench.webapp.recipes import RecipeSettings, refuse_misfits

_NAME = {"description": "What people call the result."}
_ID = Length(1, 64)
MOST_CLASSES = 100_000


class RecipeOverrides(RecipeSettings):
    """What differs from the defaults, which come from the model's input and the dataset's labels."""

    task = Text(validate=OneOf(NAMES))
    labels = ma.fields.List(Text(validate=Length(0, 200)), validate=Length(1, MOST_CLASSES),
                            metadata={"description": "Name of each class; without them those of the dataset."})
    width = Whole(1, LARGEST_SIDE)
    height = Whole(1, LARGEST_SIDE)

    @ma.validates_schema
    def _fits_the_task(self, data: dict[str, Any], **_context: Any) -> None:
        refuse_misfits(data.get("task"), data)


class RecipeRequest(ma.Schema):
    """What a computation must know about a model besides its bytes."""

    model_id = Text(required=True, validate=_ID)
    dataset_id = Text(load_default=None, allow_none=True, validate=_ID,
                                  metadata={"description": "Whose labels the model predicts."})  # fmt: skip
    overrides = ma.fields.Nested(RecipeOverrides, load_default=dict)
    name = Text(validate=Length(1, 200), metadata=_NAME)


class IgnoredScope(ScopeFields):
    """Operations that stay in floating point."""


class CalibrationRequest(CalibrationFields):
    """FP32 or FP16 to INT8, by post-training quantization with NNCF."""

    model_id = Text(required=True, validate=_ID, metadata={"description": "A float IR."})
    dataset_id = Text(required=True, validate=_ID)
    recipe_id = Text(required=True, validate=_ID)
    ignored_scope = ma.fields.Nested(
        IgnoredScope, load_default=None, allow_none=True,
        metadata={"description": "What stays in floating point; `{}`: nothing. Without it the gates do (SiLU, "
                  "squeeze-and-excite) where INT8 is measured to change the outputs much less that way; the model says "
                  "so."},
    )  # fmt: skip
    exclude_dataset_id = Text(
        load_default=None, allow_none=True, validate=_ID,
        metadata={"description": "A dataset none of whose images may be used, compared by digest."},
    )  # fmt: skip
    target = Text(
        allow_none=True, validate=Length(1, 64),
        metadata={"description": "The id of a target whose nodes shall compute the ranges, since how INT8 comes out "
                  "depends on the processor. Without it any node does."},
    )  # fmt: skip
    name = Text(validate=Length(1, 200), metadata=_NAME)


class Placed(ma.Schema):
    """Where inference runs."""

    target = Text(
        load_default=None, validate=Length(1, 64),
        metadata={"description": "The id of a target, as /v1/targets lists them. Default: the first that has `device`; "
                  "for a CPU any node of the cluster, which is told as null; where there is no cluster, `local`."},
    )  # fmt: skip
    device = shared.device("In OpenVINO's words: `CPU`, `GPU.0`… Default: that of `target`, else `CPU`.",
                           load_default=None)  # fmt: skip


class EvaluationRequest(EvaluationFields, Placed):
    """Measure accuracy; on a dataset without labels, agreement with a reference model."""

    model_id = Text(required=True, validate=_ID)
    dataset_id = Text(required=True, validate=_ID)
    recipe_id = Text(required=True, validate=_ID)
    reference_model_id = Text(load_default=None, allow_none=True, validate=_ID)
    against_evaluation_id = Text(
        load_default=None, allow_none=True, validate=_ID,
        metadata={"description": "An evaluation of another model on the same images: each metric tells its change."},
    )  # fmt: skip
    name = Text(validate=Length(1, 200), metadata=_NAME)


class TrialRequest(TrialFields, Placed):
    """What a model says of a few images of a dataset, drawn onto each."""

    model_id = Text(required=True, validate=_ID)
    dataset_id = Text(required=True, validate=_ID)
    recipe_id = Text(required=True, validate=_ID)
    name = Text(validate=Length(1, 200), metadata=_NAME)
