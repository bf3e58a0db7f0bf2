"""What crosses HTTP: a profile to measure, and targets."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow.validate import Length
from workbench.fields import Named, Text, WholeInForm, shared
from workbench.profiler.spec import Configuration
from workbench.profiler.values import MOST_INPUTS, MOST_OTHERS

_OF_A_TAKEN_ONE = ("model_id", "target", "device", "name", "from_profile_id")


class TimeShare(ma.Schema):
    """What layers of one type, or of one precision, take."""

    name = ma.fields.String(required=True, metadata={"description": "`not told` where the device does not say."})
    layers = ma.fields.Integer(required=True, metadata={"description": "How many of them took time."})
    time_ms = ma.fields.Float(required=True)
    share = ma.fields.Float(required=True, metadata={"description": "Of the time of all layers, 0 to 1."})


class TimesView(ma.Schema):
    """Where the time of one inference goes; empty where the device tells no times of layers."""

    total_ms = ma.fields.Float(required=True, metadata={"description": "Of all layers together."})
    types = ma.fields.List(ma.fields.Nested(TimeShare), required=True, metadata={"description": "The longest first."})
    precisions = ma.fields.List(ma.fields.Nested(TimeShare), required=True)


class ProfileRequest(Configuration):
    """Measure one model on one device with one configuration."""

    model_id = shared.an_id(required=True, metadata={"description": "A registered model."})
    target = shared.an_id(
        load_default=None,
        metadata={
            "description": "The id of a target, as /v1/targets lists them. Default: the first that has `device`; "
            "where there is no cluster, `local`."
        },
    )
    device = shared.device(
        "In OpenVINO's words: `CPU`, `GPU.0`… Default: that of `target`, else `CPU`.", load_default=None
    )
    name = shared.a_name("What people call the profile.")
    inputs = Named(
        keys=Text(),
        values=shared.an_id(),
        load_default=None,
        allow_none=True,
        metadata={
            "description": "Input name to the id of a tensor (`/v1/tensors`) that it is fed with; its shape is "
            "then that of the tensor. The other inputs get data that is made up."
        },
    )
    with_model_ids = ma.fields.List(
        shared.an_id(),
        load_default=list,
        validate=Length(max=MOST_OTHERS),
        metadata={
            "description": "Other models that are measured in turns with this one, launch by launch, so that the "
            "ratios hold while the machine's load changes. Each then has a profile by `from_profile_id`."
        },
    )
    from_profile_id = shared.an_id(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "Measure nothing, but take the profile from this one, which was asked for with this "
            "model in `with_model_ids`. Only `model_id` and `name` go with it."
        },
    )

    @ma.validates("inputs")
    def _not_many(self, value: dict[str, str] | None, **_context: object) -> None:
        if value is not None and len(value) > MOST_INPUTS:
            raise ma.ValidationError(f"Give at most {MOST_INPUTS}.")

    @ma.validates_schema(pass_original=True)
    def _once(self, data: dict[str, Any], original: dict[str, Any], **_context: Any) -> None:
        others = data["with_model_ids"]
        if len({data["model_id"], *others}) < 1 + len(others):
            raise ma.ValidationError("Give each model once, and not that of model_id.", "with_model_ids")
        if data["from_profile_id"] is None:
            return
        more = [name for name in original if name not in _OF_A_TAKEN_ONE and original[name] not in (None, [])]
        if more:
            raise ma.ValidationError("Comes with the profile that is taken; leave it out.", more[0])

    @ma.post_load
    def _said(self, data: dict[str, Any], **_context: Any) -> dict[str, Any]:
        """What is measured says how; what is not says nothing of it."""
        if data["from_profile_id"] is not None:
            return {name: value for name, value in data.items() if name in _OF_A_TAKEN_ONE}
        return {name: value for name, value in data.items() if name != "from_profile_id"}


class TensorForm(ma.Schema):
    """Sent as multipart/form-data beside the one part named `files`: a `.npy` file, as `numpy.save` writes it."""

    name = Text(validate=Length(1, 200), metadata={"description": "What people call it; the file's name by default."})


STATES = "free, busy, unusable, or unknown where runs are carried out elsewhere"


class DeviceView(ma.Schema):
    """One device, as OpenVINO describes it: on this machine, or where the team last measured on that device type."""

    name = ma.fields.String(metadata={"description": "What a request calls it, such as `CPU` or `GPU.0`."})
    state = ma.fields.String(metadata={"description": f"Now: {STATES}."})
    reason = ma.fields.String(allow_none=True, metadata={"description": "Why it is not free."})
    full_name = ma.fields.String(allow_none=True)
    architecture = ma.fields.String(allow_none=True)
    type = ma.fields.String(allow_none=True, metadata={"description": "Such as `integrated` or `discrete`."})
    driver = ma.fields.String(allow_none=True, metadata={"description": "The kernel's; null: none needed, or unknown."})
    capabilities = ma.fields.List(ma.fields.String(), allow_none=True)
    precisions = ma.fields.List(
        ma.fields.String(), allow_none=True, metadata={"description": "The capabilities one can infer in."}
    )
    int8 = ma.fields.Boolean(allow_none=True, metadata={"description": "Whether it computes in INT8; null: unknown."})
    default_precision = ma.fields.Raw(allow_none=True, metadata={"description": "What it infers in unless told."})
    streams = ma.fields.Dict(allow_none=True, metadata={"description": "`{fewest, most}`."})
    requests = ma.fields.Dict(allow_none=True, metadata={"description": "`{fewest, most}`; null: any number."})
    plugin_version = ma.fields.String(allow_none=True)


class AbsentView(ma.Schema):
    """A kind of device that this machine cannot offer."""

    device = ma.fields.String()
    cause = ma.fields.String(
        metadata={
            "description": "`no-hardware`, `kernel-driver-missing`, `not-permitted`, `driver-missing`, "
            "`plugin-missing`, `does-not-answer` or `unknown-device`."
        }
    )
    reason = ma.fields.String(metadata={"description": "One or two sentences for people."})


class MeasuredView(ma.Schema):
    """The asking team's newest profile of a target."""

    id = ma.fields.String(metadata={"description": "Of the profile."})
    at = ma.fields.String(allow_none=True, metadata={"description": "When it had ended; RFC 3339, UTC."})
    model_id = ma.fields.String()
    device = ma.fields.String()
    throughput_fps = ma.fields.Dict(allow_none=True, metadata={"description": "`{value, low, high}`."})
    verdict = ma.fields.String(allow_none=True, metadata={"description": "Whether it may be relied on."})


class NodeView(ma.Schema):
    """One node of a device type."""

    name = ma.fields.String()
    ready = ma.fields.Boolean(metadata={"description": "Whether Kubernetes calls it Ready."})
    schedulable = ma.fields.Boolean(metadata={"description": "False: cordoned, or kept for other work by a taint."})
    offers = ma.fields.Integer(metadata={"description": "How many are in order."})
    in_use = ma.fields.Integer(metadata={"description": "How many runs have."})
    free = ma.fields.Integer(metadata={"description": "How many more measurements could begin there now."})
    arch = ma.fields.String(allow_none=True)
    cores = ma.fields.Float(allow_none=True, metadata={"description": "CPU cores that it has for pods."})
    memory_bytes = ma.fields.Integer(allow_none=True, metadata={"description": "Memory that it has for pods."})
    disk_bytes = ma.fields.Integer(allow_none=True, metadata={"description": "Disk that it has for pods."})
    cpu_model = ma.fields.Dict(metadata={"description": "As Node Feature Discovery labels it."})
    reason = ma.fields.String(allow_none=True, metadata={"description": "Why it cannot be used."})


class NewMachineView(ma.Schema):
    """How the machine joins."""

    id = ma.fields.String(metadata={"description": "What a request gives as its `target`."})
    token = ma.fields.String(metadata={"description": "For `workbench agent --token` there; told only here."})


class TargetView(ma.Schema):
    """A target: of a machine there are `absent` to `heard_at`, of a cluster's device type `device` to `memory`."""

    id = ma.fields.String(required=True, metadata={"description": "What a request gives as its `target`."})
    name = ma.fields.String()
    kind = ma.fields.String(metadata={"description": "`machine` or `device-type`."})
    devices = ma.fields.List(ma.fields.Nested(DeviceView))
    usable = ma.fields.Boolean(metadata={"description": "Whether a run would begin at all, as things are now."})
    reason = ma.fields.String(allow_none=True, metadata={"description": "Why it is not usable."})
    last_measured = ma.fields.Nested(MeasuredView, allow_none=True)
    seen_at = ma.fields.String(
        allow_none=True, metadata={"description": "When its devices were looked at: RFC 3339, UTC."}
    )
    absent = ma.fields.List(ma.fields.Nested(AbsentView), metadata={"description": "What it lacks, and why."})
    cores_available = ma.fields.Float(metadata={"description": "CPU cores that the workbench may use."})
    machine = ma.fields.Dict(metadata={"description": "Processor, memory, disk, kernel."})
    versions = ma.fields.Dict(metadata={"description": "Of OpenVINO and what else computes."})
    host = ma.fields.String(allow_none=True, metadata={"description": "What a machine of the team's own calls itself."})
    heard_at = ma.fields.String(
        allow_none=True, metadata={"description": "When such a machine last asked for work: RFC 3339, UTC."}
    )
    device = ma.fields.String(metadata={"description": "In OpenVINO's words."})
    resource = ma.fields.String(
        allow_none=True, metadata={"description": "The extended resource that is counted; null: nodes are."}
    )
    total = ma.fields.Integer(metadata={"description": "How many its nodes have, whatever their condition."})
    free = ma.fields.Integer(metadata={"description": "How many measurements the scheduler would begin now."})
    unused = ma.fields.Integer(
        metadata={"description": "How many no run has; work that measures nothing can have them beside a measurement."}
    )
    alone = ma.fields.String(metadata={"description": "What a measurement has for itself: `node` or `device`."})
    busy = ma.fields.Integer(metadata={"description": "How many runs have."})
    broken = ma.fields.Integer(metadata={"description": "How many are unwell, or on a node that is."})
    nodes = ma.fields.List(ma.fields.Nested(NodeView))
    cpu = ma.fields.Integer(metadata={"description": "Whole cores that a run gets for itself."})
    memory = ma.fields.String(metadata={"description": "Memory that a run gets, a Kubernetes quantity."})


class UseQuery(ma.Schema):
    """Over which time."""

    days = WholeInForm(1, 366, load_default=30, metadata={"description": "Of what has ended since so many days."})


class UseView(ma.Schema):
    """What the team's measurements had of one target."""

    target = ma.fields.String()
    measurements = ma.fields.Integer(metadata={"description": "Those that were carried out, to whatever end."})
    used_s = ma.fields.Float(
        metadata={"description": "From their beginnings to their ends, what they waited for each other included."}
    )


class UsePage(ma.Schema):
    """All targets that had any."""

    items = ma.fields.List(ma.fields.Nested(UseView))


class TargetPage(ma.Schema):
    """The systems where models can run, with their devices, and why one cannot be used."""

    items = ma.fields.List(ma.fields.Nested(TargetView))
