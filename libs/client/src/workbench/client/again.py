"""The same request once more, with some of it changed. Only what the API says it takes is sent: of a job's request some
was worked out when it was accepted, and an earlier release may have accepted what is called otherwise now.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.client.jobs import View
from workbench.client.transport import Transport

# Whose OpenAPI document another collection's service serves: one for each service, below its first collection.
DESCRIBED = {
    "exports": "datasets",
    "profiles": "targets",
    "evaluations": "calibrations",
    "recipes": "calibrations",
    "trials": "calibrations",
}


def again(transport: Transport, collection: str, id: str, changes: Mapping[str, Any] | None = None) -> View:
    """The job view of what was queued. ``collection``: ``profiles``, or ``projects/<id>/optimizations``.

    ``changes``: members of the request, below which objects keep what is not changed.
    """
    view = transport.json("GET", f"/v1/{collection}/{id}")
    taken = takes(transport, collection)
    # Nothing where something is the default was asked for: streams without a hint, say.
    asked = {
        name: value
        for name, value in view["request"].items()
        if name in taken and (value is not None or taken[name].get("default") is not None)
    }
    if "name" in taken and view["name"] is not None:  # the job has it, its request does not
        asked["name"] = view["name"]
    made: View = transport.json("POST", f"/v1/{collection}", json=changed(asked, changes or {}))
    return made


def changed(old: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Objects are changed member by member, anything else as a whole."""
    both = {
        name: changed(old[name], new)
        for name, new in changes.items()
        if isinstance(new, Mapping) and isinstance(old.get(name), Mapping)
    }
    return {**old, **changes, **both}


def takes(transport: Transport, collection: str) -> dict[str, dict[str, Any]]:
    """The members of what may be POSTed there, by the API's own description."""
    words = collection.split("/")
    path = f"/v1/{words[0]}" if len(words) == 1 else "/v1/projects/{project_id}/optimizations"
    document = transport.json("GET", f"/v1/{DESCRIBED.get(words[0], words[0])}/openapi.json")
    schema = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, dict[str, Any]] = (document["components"]["schemas"].get(name) or schema)["properties"]
    return found
