"""What crosses HTTP: a conversion."""

from __future__ import annotations

import marshmallow as ma
from workbench.converter.spec import InputSchema, batch, outputs, precision
from workbench.fields import Named, Object, Text, shared


class ConversionRequest(Object):
    """Turn a registered model into OpenVINO IR."""

    model_id = shared.an_id(required=True, metadata={"description": "A registered model: an original or an IR."})
    precision = precision()
    inputs = Named(
        keys=Text(), values=ma.fields.Nested(InputSchema), load_default=dict,
        metadata={"description": "Input name to what changes about it."},
    )  # fmt: skip
    outputs = outputs()
    batch = batch()
    name = shared.a_name("What people call the result.")
