"""A spec is read whole by its schema, or refused by the field at fault in the words of a 422."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from workbench.problems.faults import faults
from workbench.runner.core import BadSpec

# Enough to see a pattern.
MOST_TOLD = 5
_LONGEST_PATH, _LONGEST_WORDS = 120, 400


def checked(schema: ma.Schema, document: object) -> Any:
    """What the schema makes of the document. Raises BadSpec, whose ``field`` is the first at fault."""
    try:
        return schema.load(document)  # type: ignore[arg-type]  # whatever it is, the schema says so
    except ma.ValidationError as error:
        found = [
            (_short(path or "spec", _LONGEST_PATH), _short(words, _LONGEST_WORDS))
            for path, words in faults(error.messages)
        ]
    told = [f"{path}: {words}" for path, words in found[:MOST_TOLD]]
    more = [f"{len(found) - MOST_TOLD} more are wrong."] if len(found) > MOST_TOLD else []
    raise BadSpec("; ".join([*told, *more]), field=found[0][0])


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 3]}..."
