"""What crosses HTTP: a conversion."""

from __future__ import annotations

from workbench.fields import shared
from workbench.fields.conversion import ConversionOptions


class ConversionRequest(ConversionOptions):
    """Turn a registered model into OpenVINO IR."""

    model_id = shared.an_id(required=True, metadata={"description": "A registered model: an original or an IR."})
    name = shared.a_name("What people call the result.")
