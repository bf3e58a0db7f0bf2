"""Whether a request and its answer are what the API reference says, for what stands for the API in tests of clients.

A client that is tested against something better, or other, than the real API is not tested.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from jsonschema import Draft202012Validator

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "openapi.json"
_REFUSED = 400


def breaches(method: str, path: str, query: list[str], body: Any, status: int, answer: Any) -> list[str]:
    """In words, nothing where all is well. ``body`` and ``answer``: JSON, None where there is another kind of content.

    What a request has wrong counts only where it was not refused.
    """
    found = _operation(method.lower(), path)
    if found is None:
        return [f"the API has no {method} {path}"]
    operation, parameters = found
    said: list[str] = []
    if status < _REFUSED:
        said += [f"the API takes no query parameter {name}" for name in query if name not in parameters]
        if body is not None:
            said += _wrong(operation.get("requestBody", {}), body, "the request")
        if str(status) not in operation["responses"] and status not in (206, 307):
            said.append(f"the API does not answer {status}")
        if answer is not None:
            said += _wrong(operation["responses"].get(str(status), {}), answer, "the answer")
    return [f"{method} {path}: {each}" for each in said]


def holding(answer: Callable[[httpx.Request], httpx.Response]) -> httpx.MockTransport:
    """For a client: what answers in place of the API. A test fails where either is other than the API."""

    def held(request: httpx.Request) -> httpx.Response:
        response = answer(request)
        found = breaches(
            request.method,
            request.url.path,
            [*request.url.params],
            _json(request),
            response.status_code,
            _json(response),
        )
        assert not found, "\n".join(found[:5])
        return response

    return httpx.MockTransport(held)


def _json(message: httpx.Request | httpx.Response) -> Any:
    is_json = message.headers.get("Content-Type", "").startswith("application/json")
    return json.loads(message.content) if is_json else None


@cache
def _document() -> Any:
    return json.loads(REFERENCE.read_bytes())


@cache
def _paths() -> list[tuple[re.Pattern[str], Any]]:
    """Those without parameters first, as a router prefers them."""

    def pattern(path: str) -> re.Pattern[str]:
        return re.compile(
            "".join(
                ".+" if part == "{name}" else "[^/]+" if part.startswith("{") else re.escape(part)
                for part in re.split(r"(\{.+?\})", path)
            )
        )

    plain_first = sorted(_document()["paths"].items(), key=lambda each: "{" in each[0])
    return [(pattern(path), item) for path, item in plain_first]


def _operation(method: str, path: str) -> tuple[Any, set[str]] | None:
    for pattern, item in _paths():
        if pattern.fullmatch(path) and method in item:
            both = [*item.get("parameters", []), *item[method].get("parameters", [])]
            return item[method], {each["name"] for each in both if each["in"] == "query"}
    return None


def _wrong(content: Any, document: Any, what: str) -> list[str]:
    schema = content.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return []
    whole = {**schema, "components": _document()["components"]}
    errors = Draft202012Validator(whole).iter_errors(document)
    return [f"{what} has {error.json_path}: {error.message[:200]}" for error in errors]
