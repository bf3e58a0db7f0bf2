"""A query parameter that a route does not read is refused: misspelt, it would be one that was never given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Request
from workbench.problems.common import InvalidRequest


def refuse_unread(request: Request, view: Callable[..., Any]) -> None:
    """Of a request with any method; ``view`` answers it. Raises InvalidRequest."""
    if not request.args:
        return
    read = _read_by(view)
    unread = [name for name in request.args if name not in read]
    if unread:
        accepted = ", ".join(sorted(read)) or "none"
        raise InvalidRequest(dict.fromkeys(unread, f"this is not read here; accepted: {accepted}"))


def _read_by(view: Callable[..., Any]) -> set[str]:
    """From the schemas that its route declares."""
    parameters = getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", ())
    schemas = [each["schema"] for each in parameters if each["in"] == "query"]
    return {field.data_key or name for schema in schemas for name, field in schema().fields.items()}
