"""What crosses HTTP: projects and their optimizations."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, OneOf
from workbench.fields import Flag, Number, Text, Whole, shared
from workbench.tasks.catalogue import NAMES
from workbench.webapp.recipes import RecipeSettings, refuse_misfits

_ID = Length(1, 64)
_TARGET = "The id of a target, as /v1/targets lists them."
_DEVICE = "In OpenVINO's words: `CPU`, `GPU.0`…"


class ProjectRequest(ma.Schema):
    """A model, a dataset and a target device that belong together."""

    name = Text(required=True, validate=Length(1, 200))
    model_id = Text(required=True, validate=_ID)
    dataset_id = Text(load_default=None, allow_none=True, validate=_ID)
    target = Text(
        load_default=None,
        validate=_ID,
        metadata={"description": f"{_TARGET} Default: the first that has `device`; without a cluster `local`."},
    )
    device = shared.device(f"{_DEVICE} Default: that of `target`, else `CPU`.", load_default=None)


class ProjectView(ma.Schema):
    """A project."""

    id = ma.fields.String(required=True)
    name = ma.fields.String(required=True)
    model_id = ma.fields.String(required=True)
    dataset_id = ma.fields.String(allow_none=True)
    target = ma.fields.String(required=True)
    device = ma.fields.String(required=True)
    tags = ma.fields.List(ma.fields.String(), metadata={"description": "What people have put on it."})
    created_at = ma.fields.String(required=True, metadata={"description": "RFC 3339, UTC."})


class ProjectPage(ma.Schema):
    """One page."""

    items = ma.fields.List(ma.fields.Nested(ProjectView))
    next_cursor = ma.fields.String(allow_none=True)


class InputRequest(ma.Schema):
    """What has to be said about one input of the model."""

    shape = ma.fields.List(
        Whole(1, 2**31 - 1),
        load_default=None,
        metadata={
            "description": "For an input with dynamic dimensions; with resize `keep` "
            "the one that speed is measured with."
        },
    )
    layout = Text(load_default=None, validate=Length(1, 16), metadata={"description": "Such as `NCHW`."})


class OptimizationRequest(ma.Schema):
    """The whole pipeline as one request."""

    target = Text(load_default=None, validate=_ID, metadata={"description": f"{_TARGET} Default: the project's."})
    device = shared.device(
        f"{_DEVICE} Default: that of `target`; with neither given, the project's.", load_default=None
    )
    objective = Text(load_default="throughput", validate=OneOf(["throughput", "latency"]))
    max_latency_ms = Number(
        1e-6,
        1e7,
        load_default=None,
        allow_none=True,
        metadata={"description": "The median latency, with its interval, must be at most this."},
    )
    max_accuracy_drop = Number(
        0,
        100,
        load_default=1.0,
        allow_none=True,
        metadata={"description": "In points (hundredths) against the most precise variant; null for no limit."},
    )
    task = Text(
        load_default=None,
        allow_none=True,
        validate=OneOf(NAMES),
        metadata={
            "description": "As `GET /v1/tasks` lists them. Default: as guessed from the model's facts, which is "
            "refused with the choices when it is not sure."
        },
    )
    calibration_dataset_id = Text(
        load_default=None,
        allow_none=True,
        validate=_ID,
        metadata={"description": "Calibrate on this one, and score on all of the project's dataset."},
    )
    inputs = ma.fields.Dict(keys=Text(), values=ma.fields.Nested(InputRequest), load_default=dict)
    recipe = ma.fields.Nested(RecipeSettings, load_default=dict)
    preprocessing = Text(
        load_default="inside",
        validate=OneOf(["inside", "outside"]),
        metadata={
            "description": "Whether mean, scale and order of channels are built into the models, which then take "
            "plain pixels, or left to the application."
        },
    )
    inference_precision = shared.inference_precision()
    duration_s = shared.duration_s()
    launches = shared.launches()
    until = shared.until()
    within_s = shared.within_s()
    preset = shared.preset()
    subset_size = shared.subset_size()
    calibrate_on_target = Flag(
        load_default=False,
        metadata={
            "description": "Whether INT8 is calibrated on the target's nodes too, not on any node: how it comes "
            "out depends on the processor."
        },
    )
    package = Flag(load_default=True, metadata={"description": "Whether to build a package at the end."})
    name = Text(validate=Length(1, 200))

    @ma.validates_schema
    def _fits_the_task(self, data: dict[str, Any], **_context: Any) -> None:
        refuse_misfits(data["task"], data["recipe"], below="recipe")
