"""What crosses HTTP: recipes, calibrations and evaluations."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, OneOf, Range
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
    labels = ma.fields.List(
        Text(validate=Length(0, 200)),
        validate=Length(1, MOST_CLASSES),
        metadata={"description": "Name of each class; without them those of the dataset."},
    )
    width = Whole(1, LARGEST_SIDE)
    height = Whole(1, LARGEST_SIDE)
    channels = ma.fields.Integer(
        strict=True,
        validate=OneOf([1, 3], error="Must be 1 (gray) or 3 (RGB)."),
        metadata={"description": "1 or 3, of an input that leaves it open."},
    )

    @ma.validates_schema
    def _fits_the_task(self, data: dict[str, Any], **_context: Any) -> None:
        refuse_misfits(data.get("task"), data)


class RecipeRequest(ma.Schema):
    """What a computation must know about a model besides its bytes."""

    model_id = Text(required=True, validate=_ID)
    dataset_id = Text(
        load_default=None, allow_none=True, validate=_ID, metadata={"description": "Whose labels the model predicts."}
    )
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
        IgnoredScope,
        load_default=None,
        allow_none=True,
        metadata={
            "description": "What stays in floating point; `{}`: nothing. Without it the gates do (SiLU, "
            "squeeze-and-excite) where INT8 is measured to change the outputs much less that way; the model says "
            "so."
        },
    )
    exclude_dataset_id = Text(
        load_default=None,
        allow_none=True,
        validate=_ID,
        metadata={"description": "A dataset none of whose images may be used, compared by digest."},
    )
    target = Text(
        allow_none=True,
        validate=Length(1, 64),
        metadata={
            "description": "The id of a target whose nodes shall compute the ranges, since how INT8 comes out "
            "depends on the processor. Without it any node does."
        },
    )
    name = Text(validate=Length(1, 200), metadata=_NAME)


class Placed(ma.Schema):
    """Where inference runs."""

    target = Text(
        load_default=None,
        validate=Length(1, 64),
        metadata={
            "description": "The id of a target, as /v1/targets lists them. Default: the first that has `device`; "
            "for a CPU any node of the cluster, which is told as null; where there is no cluster, `local`."
        },
    )
    device = shared.device(
        "In OpenVINO's words: `CPU`, `GPU.0`… Default: that of `target`, else `CPU`.", load_default=None
    )


class EvaluationRequest(EvaluationFields, Placed):
    """Measure accuracy; on a dataset without labels, agreement with a reference model."""

    model_id = Text(required=True, validate=_ID)
    dataset_id = Text(required=True, validate=_ID)
    recipe_id = Text(required=True, validate=_ID)
    reference_model_id = Text(load_default=None, allow_none=True, validate=_ID)
    against_evaluation_id = Text(
        load_default=None,
        allow_none=True,
        validate=_ID,
        metadata={"description": "An evaluation of another model on the same images: each metric tells its change."},
    )
    name = Text(validate=Length(1, 200), metadata=_NAME)


class TrialRequest(TrialFields, Placed):
    """What a model says of a few images of a dataset, drawn onto each."""

    model_id = Text(required=True, validate=_ID)
    dataset_id = Text(required=True, validate=_ID)
    recipe_id = Text(required=True, validate=_ID)
    name = Text(validate=Length(1, 200), metadata=_NAME)


class ImagesQuery(ma.Schema):
    """Which images of an evaluation."""

    limit = ma.fields.Integer(load_default=50, validate=Range(1, 200), metadata={"description": "Images a page."})
    cursor = ma.fields.Integer(
        load_default=0,
        validate=Range(0, 2**31 - 1),
        metadata={"description": "The number of the first image: `next_cursor` of the page before."},
    )


class ScoredImageView(ma.Schema):
    """One image of an evaluation."""

    number = ma.fields.Integer(required=True, metadata={"description": "0 is the worst; what it is asked for by."})
    name = ma.fields.String(required=True)
    score = ma.fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "Of the image by itself, by `metric`; null where the metric says nothing of it."},
    )
    said = ma.fields.List(ma.fields.String(), required=True, metadata={"description": "What the model says of it."})
    known = ma.fields.List(ma.fields.String(), required=True, metadata={"description": "Which classes are there."})
    beside = ma.fields.String(
        required=True,
        allow_none=True,
        metadata={
            "enum": ["annotation", "reference", "image", None],
            "description": "What `…/images/{number}/truth` shows beside `…/result`: the annotation, what the reference "
            "model says, or the image alone; null where the image is not drawn.",
        },
    )


class ScoredImagePage(ma.Schema):
    """One page of an evaluation's images, the worst first."""

    metric = ma.fields.String(required=True)
    unit = ma.fields.String(required=True)
    better = ma.fields.String(required=True, metadata={"enum": ["higher", "lower"]})
    items = ma.fields.List(ma.fields.Nested(ScoredImageView), required=True)
    next_cursor = ma.fields.Integer(required=True, allow_none=True, metadata={"description": "Null at the end."})


class ConfusedClass(ma.Schema):
    """How often a class is there, is said, and both."""

    id = ma.fields.Integer(required=True)
    label = ma.fields.String(required=True, allow_none=True)
    there = ma.fields.Integer(required=True)
    said = ma.fields.Integer(required=True)
    right = ma.fields.Integer(required=True)


class ConfusedPair(ma.Schema):
    """How often one class is taken for another, or for itself."""

    truth = ma.fields.Integer(required=True, allow_none=True, metadata={"description": "Null: nothing is there."})
    said = ma.fields.Integer(required=True, allow_none=True, metadata={"description": "Null: nothing is found."})
    count = ma.fields.Integer(required=True)


class ConfusionView(ma.Schema):
    """What is taken for what: the cells of the confusion matrix that are not 0, the largest first."""

    of = ma.fields.String(
        required=True,
        metadata={
            "enum": ["images", "things", "pixels"],
            "description": "What is counted. Things are those sure enough to be shown; one is found where half of "
            "both is "
            "common, whatever it is called.",
        },
    )
    classes = ma.fields.List(ma.fields.Nested(ConfusedClass), required=True)
    pairs = ma.fields.List(ma.fields.Nested(ConfusedPair), required=True)
