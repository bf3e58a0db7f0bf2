"""What one conversion is asked for: the request's own fields, and which file to read."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from workbench.converter.values import Conversion, InputOptions, Options
from workbench.fields import Named, Text, checked, shared
from workbench.fields.conversion import ConversionOptions, InputSchema


class InputSpec(InputSchema):
    """As the core reads it."""

    @ma.post_load
    def _made(self, data: dict[str, Any], **_context: Any) -> InputOptions:
        return InputOptions(**data)


class SpecSchema(ConversionOptions):
    """What the core reads."""

    main_file = shared.main_file()
    inputs = Named(keys=Text(), values=ma.fields.Nested(InputSpec), load_default=dict)

    @ma.post_load
    def _made(self, data: dict[str, Any], **_context: Any) -> Conversion:
        return Conversion(data.pop("main_file"), Options(**data))


def read_spec(document: object) -> Conversion:
    """The specification, checked. Raises BadSpec."""
    conversion: Conversion = checked(SpecSchema(), document)
    return conversion
