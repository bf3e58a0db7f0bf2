"""What crosses HTTP: the form beside an uploaded dataset, a dataset to generate, and the tasks."""

from __future__ import annotations

import marshmallow as ma
from workbench.dataset.spec import GenerationFields, calibration_percent, layout
from workbench.fields import Object, WholeInForm, shared


class DatasetForm(Object):
    """Sent as multipart/form-data beside the parts named `files`: one archive, or the files of a folder."""

    name = shared.a_name("What people call the dataset.")
    calibration_percent = calibration_percent(WholeInForm)
    format = layout()


class GenerationRequest(GenerationFields):
    """Images made up from a seed: good for measuring speed, not accuracy."""

    name = shared.a_name("What people call the dataset.")


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
