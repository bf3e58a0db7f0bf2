"""What crosses HTTP: the form beside an uploaded dataset, a dataset to generate, and the tasks."""

from __future__ import annotations

import marshmallow as ma
from marshmallow.validate import Length, OneOf, Range
from workbench.dataset.formats import NAMES
from workbench.fields import Text

_PERCENT = {"description": "Share of the images, chosen by their digest, that calibration may use."}


class DatasetForm(ma.Schema):
    """Sent as multipart/form-data beside the parts named `files`: one archive, or the files of a folder."""

    name = Text(validate=Length(1, 200), metadata={"description": "What people call the dataset."})
    calibration_percent = ma.fields.Integer(load_default=30, validate=Range(0, 100), metadata=_PERCENT)
    format = Text(
        load_default=None,
        validate=OneOf(NAMES),
        metadata={"description": "The layout; detected by default. `GET /v1/tasks` says which feeds what."},
    )


class GenerationRequest(ma.Schema):
    """Images made up from a seed: good for measuring speed, not accuracy."""

    name = Text(validate=Length(1, 200), metadata={"description": "What people call the dataset."})
    count = ma.fields.Integer(load_default=100, validate=Range(1, 10_000), metadata={"description": "Images."})
    width = ma.fields.Integer(required=True, validate=Range(1, 8192), metadata={"description": "Pixels."})
    height = ma.fields.Integer(required=True, validate=Range(1, 8192), metadata={"description": "Pixels."})
    channels = ma.fields.Integer(load_default=3, validate=OneOf([1, 3]), metadata={"description": "1 or 3."})
    seed = ma.fields.Integer(
        load_default=0, validate=Range(0, 2**63 - 1), metadata={"description": "The same seed makes the same images."}
    )
    calibration_percent = ma.fields.Integer(load_default=30, validate=Range(0, 100), metadata=_PERCENT)


class HeadView(ma.Schema):
    """One reading of a model's outputs."""

    name = ma.fields.String(required=True)
    words = ma.fields.String(required=True)


class OptionView(ma.Schema):
    """One setting of a task; `low` and `high` belong to numbers, `choices` to a choice."""

    name = ma.fields.String(required=True)
    words = ma.fields.String(required=True)
    type = ma.fields.String(required=True, metadata={"enum": ["integer", "number", "choice", "boolean"]})
    default = ma.fields.Raw(required=True, metadata={"description": "What it is when nobody says."})
    low = ma.fields.Raw(required=True, metadata={"description": "The least it may be, or null."})
    high = ma.fields.Raw(required=True, metadata={"description": "The most it may be, or null."})
    choices = ma.fields.List(ma.fields.String(), required=True, allow_none=True)


class MetricView(ma.Schema):
    """One figure of an evaluation."""

    name = ma.fields.String(required=True)
    unit = ma.fields.String(required=True)
    better = ma.fields.String(required=True, metadata={"enum": ["higher", "lower"]})
    needs = ma.fields.String(required=True, metadata={
        "enum": ["annotation", "reference"], "description": "Of the dataset, or a reference model to agree with."})
    words = ma.fields.String(required=True)


class TaskView(ma.Schema):
    """One task."""

    name = ma.fields.String(required=True, metadata={"description": "What a request gives as its `task`."})
    words = ma.fields.String(required=True, metadata={"description": "What a model that does it answers."})
    heads = ma.fields.List(ma.fields.Nested(HeadView), required=True, metadata={"description": "The usual one first."})
    options = ma.fields.List(ma.fields.Nested(OptionView), required=True)
    metrics = ma.fields.List(ma.fields.Nested(MetricView), required=True,
                             metadata={"description": "Variants are compared by the first."})  # fmt: skip
    formats = ma.fields.List(
        ma.fields.String(), required=True,
        metadata={"description": "Layouts of datasets with its annotations; of others the images serve alone."},
    )  # fmt: skip
    resize = ma.fields.String(required=True, metadata={"description": "How images get the input's size by default."})


class TaskPage(ma.Schema):
    """What a model may do."""

    items = ma.fields.List(ma.fields.Nested(TaskView), required=True)
