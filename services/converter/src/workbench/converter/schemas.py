"""What crosses HTTP: a conversion."""

from __future__ import annotations

import marshmallow as ma
from marshmallow.validate import Length, OneOf, Range
from workbench.webapp.fields import Text


class InputOptions(ma.Schema):
    """What to change about one input; everything is optional."""

    shape = ma.fields.List(
        ma.fields.Integer(validate=Range(-1, 2**31 - 1)),
        load_default=None,
        metadata={"description": "The new shape; -1 keeps that dimension dynamic."},
    )
    layout = Text(
        load_default=None, validate=Length(1, 16), metadata={"description": "Such as `NCHW`; `?` where unknown."}
    )
    mean = ma.fields.List(
        ma.fields.Float(),
        load_default=None,
        metadata={"description": "Subtracted per channel, in the order the model expects."},
    )
    scale = ma.fields.List(
        ma.fields.Float(),
        load_default=None,
        metadata={"description": "Divided by per channel after the mean, in the order the model expects."},
    )
    reverse_channels = ma.fields.Boolean(
        load_default=False, metadata={"description": "The IR takes RGB where the model wants BGR, or vice versa."}
    )


class ConversionRequest(ma.Schema):
    """Turn a registered model into OpenVINO IR."""

    model_id = Text(
        required=True, validate=Length(1, 64), metadata={"description": "A registered model: an original or an IR."}
    )
    precision = Text(
        load_default="FP16", validate=OneOf(["FP32", "FP16"]), metadata={"description": "Of the stored weights."}
    )
    inputs = ma.fields.Dict(
        keys=Text(),
        values=ma.fields.Nested(InputOptions),
        load_default=dict,
        metadata={"description": "Input name to what changes about it."},
    )
    name = Text(validate=Length(1, 200), metadata={"description": "What people call the result."})
