"""The fields that facts are described with. Any may be null: an earlier release did not look at it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import marshmallow as ma


class Kept(ma.Schema):
    """Facts as some release kept them: others may have members that this one does not."""

    class Meta:
        """So the document says that there may be more."""

        unknown = ma.INCLUDE


class FactsOf(ma.fields.Nested):
    """Facts as they are kept, whatever release wrote them: described by a schema, not picked by it."""

    # Marshmallow's own Nested and Field disagree on what they call the value.
    def _serialize(self, value: Any, *_where: Any, **_how: Any) -> Any:  # type: ignore[override]
        return value


def said(words: str, among: Sequence[str] | None = None) -> ma.fields.String:
    """A text, or one of a few."""
    more = {"enum": [*among, None]} if among else {}
    return ma.fields.String(allow_none=True, metadata={"description": words, **more})


def whole(words: str) -> ma.fields.Integer:
    """A whole number."""
    return ma.fields.Integer(allow_none=True, metadata={"description": words})


def number(words: str) -> ma.fields.Float:
    """A number."""
    return ma.fields.Float(allow_none=True, metadata={"description": words})


def flag(words: str) -> ma.fields.Boolean:
    """True or false."""
    return ma.fields.Boolean(allow_none=True, metadata={"description": words})


def values(inner: ma.fields.Field[Any], words: str) -> ma.fields.List[Any]:
    """A list of such fields."""
    return ma.fields.List(inner, allow_none=True, metadata={"description": words})


def texts(words: str) -> ma.fields.List[Any]:
    """A list of texts."""
    return values(ma.fields.String(), words)


def by_name(inner: ma.fields.Field[Any], words: str) -> ma.fields.Dict:
    """An object whose members nobody knows beforehand, each such a field."""
    return ma.fields.Dict(ma.fields.String(), inner, allow_none=True, metadata={"description": words})


def of(schema: type[ma.Schema], words: str) -> ma.fields.Nested:
    """An object that has a schema of its own."""
    return ma.fields.Nested(schema, allow_none=True, metadata={"description": words})


def listed(schema: type[ma.Schema], words: str) -> ma.fields.List[Any]:
    """A list of such objects."""
    return values(ma.fields.Nested(schema), words)


def anything(words: str) -> ma.fields.Dict:
    """An object whose members OpenVINO, a device or a framework decides; ``words`` say whose."""
    return ma.fields.Dict(allow_none=True, metadata={"description": words})
