"""Facts beside what the API's description says of them: nothing undescribed, everything of its type and in words."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

# `make check` holds it to the code.
_DOCUMENT = Path(__file__).parent.parent / "docs" / "reference" / "openapi.json"
_OF_THE_DEVICE = "ConfigurationFacts"  # it has whatever properties the device has


@functools.cache
def schemas() -> dict[str, Any]:
    """Those of facts and what they are made of, by name."""
    document = json.loads(_DOCUMENT.read_text())
    return {name: told for name, told in document["components"]["schemas"].items() if name.endswith("Facts")}


def faults(name: str, facts: Mapping[str, Any]) -> list[str]:
    """What is wrong with facts of that schema, each by its place."""
    return [
        f"{'.'.join(map(str, (name, *error.absolute_path)))}: {error.message[:200]}"
        for each in _validator(name).iter_errors(facts)
        for error in _reasons(each)
    ]


@functools.cache
def _validator(name: str) -> Draft202012Validator:
    known = {
        called: told if called == _OF_THE_DEVICE else {**told, "additionalProperties": False}
        for called, told in schemas().items()
    }
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": {"schemas": known}})


def _reasons(error: ValidationError) -> Iterator[ValidationError]:
    """Of what is neither null nor as described, why it is not as described."""
    if not error.context:
        yield error
    for each in error.context or ():
        if each.validator_value != "null":
            yield from _reasons(each)
