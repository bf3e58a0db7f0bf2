"""What crosses HTTP: a profile to measure, and targets."""

from __future__ import annotations

import marshmallow as ma
from workbench.fields import shared
from workbench.profiler.spec import Configuration


class ProfileRequest(Configuration):
    """Measure one model on one device with one configuration."""

    model_id = shared.an_id(required=True, metadata={"description": "A registered model."})
    target = shared.an_id(
        load_default=None,
        metadata={"description": "The id of a target, as /v1/targets lists them. Default: the first that has `device`; "
                  "where there is no cluster, `local`."},
    )  # fmt: skip
    device = shared.device("In OpenVINO's words: `CPU`, `GPU.0`… Default: that of `target`, else `CPU`.",
                           load_default=None)  # fmt: skip
    name = shared.a_name("What people call the profile.")


class DeviceView(ma.Schema):
    """One device of this machine, as OpenVINO describes it."""

    name = ma.fields.String(metadata={"description": "What a request calls it, such as `CPU` or `GPU.0`."})
    full_name = ma.fields.String(allow_none=True)
    architecture = ma.fields.String(allow_none=True)
    type = ma.fields.String(allow_none=True, metadata={"description": "Such as `integrated` or `discrete`."})
    capabilities = ma.fields.List(ma.fields.String())
    precisions = ma.fields.List(ma.fields.String(), metadata={"description": "The capabilities one can infer in."})
    default_precision = ma.fields.Raw(allow_none=True, metadata={"description": "What it infers in unless told."})
    streams = ma.fields.Dict(allow_none=True, metadata={"description": "`{fewest, most}`."})
    requests = ma.fields.Dict(allow_none=True, metadata={"description": "`{fewest, most}`; null: any number."})
    plugin_version = ma.fields.String(allow_none=True)


class AbsentView(ma.Schema):
    """A kind of device that this machine cannot offer."""

    device = ma.fields.String()
    reason = ma.fields.String(metadata={"description": "One or two sentences for people."})


class NodeView(ma.Schema):
    """One node of a device type."""

    name = ma.fields.String()
    ready = ma.fields.Boolean(metadata={"description": "Whether Kubernetes calls it Ready."})
    schedulable = ma.fields.Boolean(metadata={"description": "False: cordoned, or kept for other work by a taint."})
    offers = ma.fields.Integer(metadata={"description": "How many are in order."})
    in_use = ma.fields.Integer(metadata={"description": "How many runs have."})
    arch = ma.fields.String(allow_none=True)
    cpu_model = ma.fields.Dict(metadata={"description": "As Node Feature Discovery labels it."})
    reason = ma.fields.String(allow_none=True, metadata={"description": "Why it cannot be used."})


class TargetView(ma.Schema):
    """A target: this machine (`devices` to `versions`), or a device type of a cluster (`device` to `memory`)."""

    id = ma.fields.String(required=True, metadata={"description": "What a request gives as its `target`."})
    name = ma.fields.String()
    devices = ma.fields.List(ma.fields.Nested(DeviceView))
    absent = ma.fields.List(ma.fields.Nested(AbsentView), metadata={"description": "What it lacks, and why."})
    cores_available = ma.fields.Float(metadata={"description": "CPU cores that the workbench may use."})
    machine = ma.fields.Dict(metadata={"description": "Processor, memory, kernel."})
    versions = ma.fields.Dict(metadata={"description": "Of OpenVINO and what else computes."})
    device = ma.fields.String(metadata={"description": "In OpenVINO's words."})
    resource = ma.fields.String(
        allow_none=True, metadata={"description": "The extended resource that is counted; null: nodes are."}
    )
    total = ma.fields.Integer(metadata={"description": "How many its nodes have, whatever their condition."})
    free = ma.fields.Integer(metadata={"description": "How many a run could have now."})
    busy = ma.fields.Integer(metadata={"description": "How many runs have."})
    broken = ma.fields.Integer(metadata={"description": "How many are unwell, or on a node that is."})
    usable = ma.fields.Boolean(metadata={"description": "Whether a run would begin at all, as the nodes are now."})
    reason = ma.fields.String(allow_none=True, metadata={"description": "Why it is not usable."})
    nodes = ma.fields.List(ma.fields.Nested(NodeView))
    cpu = ma.fields.Integer(metadata={"description": "Whole cores that a run gets for itself."})
    memory = ma.fields.String(metadata={"description": "Memory that a run gets, a Kubernetes quantity."})


class TargetPage(ma.Schema):
    """The systems where models can run, with their devices, and why one cannot be used."""

    items = ma.fields.List(ma.fields.Nested(TargetView))
