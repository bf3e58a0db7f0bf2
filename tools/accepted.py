"""What each request takes, out of the merged OpenAPI document: for the command line, which imports no service."""

from __future__ import annotations

import json
from typing import Any

# Of what is no request, what a person may filter by.
ALSO = ("DatasetForm", "RecipeSettings", "JobView")
KEPT = ("type", "enum", "minimum", "maximum", "default")


# What people ask by a query.
QUERIES = {"profiles_use": "/v1/profiles/use"}


def page(openapi: str) -> str:
    """By schema, of a query by operation, and field: the choices or the range, and the default."""
    document = json.loads(openapi)
    schemas: dict[str, Any] = document["components"]["schemas"]
    chosen = {name: _fields(schema) for name, schema in schemas.items() if name.endswith("Request") or name in ALSO}
    for name, path in QUERIES.items():
        asked = document["paths"][path]["get"]["parameters"]
        chosen[name] = _fields({"properties": {each["name"]: each["schema"] for each in asked}})
    return json.dumps({name: fields for name, fields in chosen.items() if fields}, indent=1, sort_keys=True) + "\n"


def _fields(schema: dict[str, Any]) -> dict[str, Any]:
    told = {name: {**field, **_of_each(field)} for name, field in schema["properties"].items()}
    limited = {name: field for name, field in told.items() if "enum" in field or "maximum" in field}
    return {name: {key: field[key] for key in KEPT if key in field} for name, field in limited.items()}


def _of_each(field: dict[str, Any]) -> dict[str, Any]:
    """The words that each member of a list may be: people give them one by one."""
    return {"enum": field["items"]["enum"]} if "enum" in field.get("items", {}) else {}
