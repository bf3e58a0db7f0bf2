"""The same schema checks a POST and a command, and the same placement settles where it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import marshmallow as ma
from workbench.problems.common import InvalidRequest

Body = dict[str, Any]


def validator(schema: type[ma.Schema], place: Callable[[Body], Body] | None = None) -> Callable[[Body], Body]:
    """A function from raw data to a valid request without its ``name``; it raises InvalidRequest.

    ``place``: a method of Placement, the one that the POST's route has. What it raises is raised too.
    """

    def validate(data: dict[str, Any]) -> dict[str, Any]:
        try:
            loaded: dict[str, Any] = schema().load(data)
        except ma.ValidationError as error:
            raise InvalidRequest(dict(error.messages_dict)) from None
        loaded.pop("name", None)
        return place(loaded) if place else loaded

    return validate
