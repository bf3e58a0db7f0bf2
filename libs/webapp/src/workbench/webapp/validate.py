"""The same schema checks a POST and a command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import marshmallow as ma
from workbench.problems.common import InvalidRequest


def validator(schema: type[ma.Schema]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A function from raw data to a valid request without its ``name``; it raises InvalidRequest."""

    def validate(data: dict[str, Any]) -> dict[str, Any]:
        try:
            loaded: dict[str, Any] = schema().load(data)
        except ma.ValidationError as error:
            raise InvalidRequest(dict(error.messages_dict)) from None
        loaded.pop("name", None)
        return loaded

    return validate
