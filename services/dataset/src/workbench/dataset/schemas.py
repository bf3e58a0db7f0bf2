"""What crosses HTTP: datasets that are uploaded, generated, made of others or exported, and the tasks."""

from __future__ import annotations

from typing import get_args

import marshmallow as ma
from workbench.dataset.spec import (
    AugmentationFields,
    ExportFields,
    GenerationFields,
    SubsetFields,
    annotated_on,
    calibration_percent,
    layout,
)
from workbench.fields import Object, Text, WholeInForm, shared
from workbench.tasks.measure import Better, Needs


class DatasetForm(Object):
    """Sent as multipart/form-data beside the parts named `files`: one archive, or the files of a folder."""

    name = shared.a_name("What people call the dataset.")
    calibration_percent = calibration_percent(WholeInForm)
    format = layout()
    annotated_on = annotated_on()


class GenerationRequest(GenerationFields):
    """Images made up from a seed: good for measuring speed, not accuracy."""

    name = shared.a_name("What people call the dataset.")


class SubsetRequest(SubsetFields):
    """Some of the images of a dataset as a dataset of their own."""

    dataset_id = Text(required=True, validate=ma.validate.Length(1, 64))
    name = shared.a_name("What people call the new dataset.")


class AugmentationRequest(AugmentationFields):
    """Changed copies of the images of a dataset, as a dataset of their own."""

    dataset_id = Text(required=True, validate=ma.validate.Length(1, 64))
    name = shared.a_name("What people call the new dataset.")


class ExportRequest(ExportFields):
    """A dataset as a zip in a layout that other programs read."""

    dataset_id = Text(required=True, validate=ma.validate.Length(1, 64))
    name = shared.a_name("What people call the export.")


class UsualView(ma.Schema):
    """How pictures go into the models that are published for a head, where a request says nothing of it."""

    words = ma.fields.String(required=True, metadata={"description": "All of it, in a sentence."})
    color = ma.fields.String(required=True, metadata={"description": "The order of channels: RGB or BGR."})
    mean = ma.fields.List(
        ma.fields.Float(), required=True, allow_none=True, metadata={"description": "Of 0 to 255, in that order."}
    )
    scale = ma.fields.List(
        ma.fields.Float(), required=True, allow_none=True, metadata={"description": "Pixels are divided by it."}
    )
    resize = ma.fields.String(required=True, allow_none=True, metadata={"description": "null: as the task's."})


class HeadView(ma.Schema):
    """One reading of a model's outputs."""

    name = ma.fields.String(required=True)
    words = ma.fields.String(required=True)
    usual = ma.fields.Nested(
        UsualView, required=True, allow_none=True, metadata={"description": "null: published ones differ."}
    )


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
    better = ma.fields.String(required=True, metadata={"enum": list(get_args(Better))})
    needs = ma.fields.String(
        required=True,
        metadata={
            "enum": list(get_args(Needs)),
            "description": "An annotation of the dataset, a reference model to agree with, or no more than the image.",
        },
    )
    words = ma.fields.String(required=True)


class TaskView(ma.Schema):
    """One task."""

    name = ma.fields.String(required=True, metadata={"description": "What a request gives as its `task`."})
    words = ma.fields.String(required=True, metadata={"description": "What a model that does it answers."})
    heads = ma.fields.List(ma.fields.Nested(HeadView), required=True, metadata={"description": "The usual one first."})
    options = ma.fields.List(ma.fields.Nested(OptionView), required=True)
    metrics = ma.fields.List(
        ma.fields.Nested(MetricView), required=True, metadata={"description": "Variants are compared by the first."}
    )
    formats = ma.fields.List(
        ma.fields.String(),
        required=True,
        metadata={"description": "Layouts of datasets with its annotations; of others the images serve alone."},
    )
    resize = ma.fields.String(
        required=True,
        metadata={
            "description": "How images get the input's size by default; `keep`: where the model leaves it open, else "
            "`stretch`."
        },
    )


class TaskPage(ma.Schema):
    """What a model may do."""

    items = ma.fields.List(ma.fields.Nested(TaskView), required=True)
