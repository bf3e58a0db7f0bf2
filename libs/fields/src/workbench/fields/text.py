"""Text that can be kept: PostgreSQL keeps no NUL, and no database half a pair."""

from __future__ import annotations

from typing import Any

import marshmallow as ma


def storable(text: str) -> str:
    """The text without what a text column refuses."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


class Text(ma.fields.String):
    """What a client says; it can correct it."""

    def _deserialize(self, *args: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(*args, **kwargs))
        if storable(text) != text:
            raise ma.ValidationError("Leave out NUL and single surrogates: they are no text that can be kept.")
        return text


class Said(ma.fields.String):
    """What a run says, which nobody can correct: what can be kept of it."""

    def _deserialize(self, *args: Any, **kwargs: Any) -> str:
        return storable(str(super()._deserialize(*args, **kwargs)))
