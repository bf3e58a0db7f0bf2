"""What crosses HTTP: a profile to measure, and targets."""

from __future__ import annotations

import marshmallow as ma
from marshmallow.validate import Length, OneOf, Range


class ProfileRequest(ma.Schema):
    """Measure one model on one device with one configuration."""

    model_id = ma.fields.String(required=True, validate=Length(1, 64), metadata={"description": "A registered model."})
    target = ma.fields.String(
        load_default="local", validate=OneOf(["local"]), metadata={"description": "The system where it runs."}
    )
    device = ma.fields.String(
        load_default="CPU", validate=Length(1, 100), metadata={"description": "In OpenVINO's words: `CPU`, `GPU.0`…"}
    )
    inference_precision = ma.fields.String(
        load_default="f32",
        validate=OneOf(["f32", "f16", "bf16"]),
        metadata={"description": "`INFERENCE_PRECISION_HINT`; always set, since its default differs between machines."},
    )
    batch = ma.fields.Integer(load_default=1, validate=Range(1, 4096), metadata={"description": "Images a request."})
    hint = ma.fields.String(
        load_default="throughput",
        allow_none=True,
        validate=OneOf(["throughput", "latency"]),
        metadata={"description": "`PERFORMANCE_HINT`; null to give streams and requests alone."},
    )
    streams = ma.fields.Integer(load_default=None, validate=Range(1, 1024), metadata={"description": "`NUM_STREAMS`."})
    requests = ma.fields.Integer(
        load_default=None, validate=Range(1, 4096), metadata={"description": "Infer requests in flight."}
    )
    shapes = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.List(ma.fields.Integer(validate=Range(min=1))),
        load_default=None,
        metadata={"description": "Input name to shape, for a model with dynamic dimensions."},
    )
    duration_s = ma.fields.Float(
        load_default=2.0, validate=Range(0.1, 3600), metadata={"description": "Measured seconds a launch."}
    )
    launches = ma.fields.Integer(
        load_default=5, validate=Range(5, 100), metadata={"description": "Fresh processes; the interval is over these."}
    )
    name = ma.fields.String(validate=Length(1, 200), metadata={"description": "What people call the profile."})


class TargetPage(ma.Schema):
    """The systems where models can run, with their devices, and why one cannot be used."""

    items = ma.fields.List(ma.fields.Dict())
