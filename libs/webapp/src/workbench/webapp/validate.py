"""The same schema checks a POST and a command, and the same placement settles where it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import marshmallow as ma
from workbench.problems.common import InvalidRequest
from workbench.store import Store
from workbench.targets.machines import Machines
from workbench.targets.placement import Placement
from workbench.webapp.settings import Settings

Body = dict[str, Any]


def validator(schema: type[ma.Schema]) -> Callable[[Body], Body]:
    """A function from raw data to a valid request without its ``name``; it raises InvalidRequest."""

    def validate(data: dict[str, Any]) -> dict[str, Any]:
        try:
            loaded: dict[str, Any] = schema().load(data)
        except ma.ValidationError as error:
            raise InvalidRequest(dict(error.messages_dict)) from None
        loaded.pop("name", None)
        return loaded

    return validate


def placing(settings: Settings, store: Store, place: Callable[[Placement, Body], Body]) -> Callable[[Body, str], Body]:
    """For commands. ``place``: the method of Placement that the POST's route has; what it raises is raised too."""
    everywhere = replace(settings.placement, machines=Machines(store))
    return lambda body, team: place(everywhere.of(team), body)
