"""Fields that take what they say and nothing that could be meant by it: a refusal names all that is accepted."""

from __future__ import annotations

import json
import re
from typing import Any

import marshmallow as ma
from marshmallow.validate import OneOf, Range
from workbench.fields.text import Text


class Object(ma.Schema):
    """A JSON object; members that it does not have are refused with those that it has."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = ", ".join(self.load_fields) or "none"
        self.error_messages |= {"type": "Must be a JSON object.", "unknown": f"Unknown field; accepted are {known}."}


class Whole(ma.fields.Integer):
    """A whole number from ``low`` to ``high``: no text, no truth value, nothing after the point."""

    def __init__(self, low: int, high: int, **kwargs: Any) -> None:
        self.low, self.high = low, high
        said = _accepted(f"a whole number from {low} to {high}", kwargs)
        super().__init__(
            strict=True, validate=Range(low, high, error=said), error_messages={"invalid": said, "null": said}, **kwargs
        )


class WholeInForm(Whole):
    """As a form carries it, in digits; in JSON a number as ever."""

    def _validated(self, value: Any) -> int:
        digits = isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,19}", value)
        return super()._validated(int(value) if digits else value)


class Number(ma.fields.Float):
    """A number from ``low`` to ``high``: no text, no truth value, never NaN."""

    def __init__(self, low: float, high: float, **kwargs: Any) -> None:
        said = _accepted(f"a number from {low:.15g} to {high:.15g}", kwargs)
        super().__init__(
            validate=Range(low, high, error=said),
            error_messages={"invalid": said, "null": said, "special": said, "too_large": said},
            **kwargs,
        )

    def _validated(self, value: Any) -> float:
        if not isinstance(value, int | float):
            raise self.make_error("invalid")
        return super()._validated(value)


class Choice(Text):
    """One of a few words."""

    def __init__(self, *words: str, **kwargs: Any) -> None:
        said = _accepted(f"one of {', '.join(words)}", kwargs)
        super().__init__(validate=OneOf(words, error=said), error_messages={"invalid": said, "null": said}, **kwargs)


class NestedInForm(ma.fields.Nested):
    """As a form carries it, in the text of a JSON object; in JSON the object as ever."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                raise ma.ValidationError("Must be a JSON object.") from None
        return super()._deserialize(value, *args, **kwargs)


class Flag(ma.fields.Boolean):
    """True or false, not what looks like it."""

    default_error_messages = {"invalid": "Must be true or false.", "null": "Must be true or false."}  # noqa: RUF012

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Named(ma.fields.Dict):
    """An object of any names; what is wrong with one is told below its name."""

    default_error_messages = {"invalid": "Must be a JSON object."}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[Any, Any]:
        try:
            return dict(super()._deserialize(value, attr, data, **kwargs))  # type: ignore[no-untyped-call]
        except ma.ValidationError as error:
            if not isinstance(error.messages, dict):
                raise
            raise ma.ValidationError({name: _of_member(said) for name, said in error.messages.items()}) from None


class Facts(ma.fields.Dict):
    """An object that the workbench itself has written and whose members its reader knows: only in specs."""

    default_error_messages = {"invalid": "Must be a JSON object."}  # noqa: RUF012


def _accepted(what: str, kwargs: dict[str, Any]) -> str:
    nothing = kwargs.get("allow_none", kwargs.get("load_default", ma.missing) is None)
    return f"Must be {what}{', or null' if nothing else ''}."


def _of_member(said: Any) -> Any:
    return said.get("value", said.get("key", said)) if isinstance(said, dict) else said
