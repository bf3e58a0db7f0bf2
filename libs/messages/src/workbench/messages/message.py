"""One message: a CloudEvents 1.0 envelope in JSON around a command or an event."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


def _now() -> str:
    return datetime.now(UTC).isoformat()


@dataclass(frozen=True)
class Message:
    """``type`` is ``<kind>.<word>``, such as ``profile.requested`` or ``profile.succeeded``.

    ``subject`` is the id of the job that the message is about; a command's job takes that id.
    ``team`` is a CloudEvents extension attribute: every message says whose it is. So is ``request_id``
    (as ``requestid``, since such names have no underscore): the HTTP request that began it all.

    What stands beside the data ends up in rows, so it is text that every database keeps, and not long: ValueError.
    """

    type: str
    source: str
    subject: str
    team: str
    data: dict[str, Any]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    time: str = field(default_factory=_now)
    request_id: str | None = None

    def __post_init__(self) -> None:
        """Raises ValueError."""
        for name in (*_REQUIRED, "request_id"):
            _keepable(name, getattr(self, name) or "")

    def to_json(self) -> str:
        """The structured JSON form."""
        document = {
            "specversion": "1.0",
            "datacontenttype": "application/json",
            "id": self.id,
            "type": self.type,
            "source": self.source,
            "subject": self.subject,
            "time": self.time,
            "team": self.team,
            "data": self.data,
        }
        return json.dumps(document | ({"requestid": self.request_id} if self.request_id else {}))

    @classmethod
    def from_json(cls, text: str | bytes) -> Message:
        """Raises ValueError when the text is not such an envelope."""
        try:
            document = json.loads(text, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"not JSON: {error}") from None
        if not isinstance(document, dict) or document.get("specversion") != "1.0":
            raise ValueError("not a CloudEvents 1.0 message")
        attributes = {name: _text(document, name) for name in _REQUIRED}
        if not isinstance(document.get("data"), dict):
            raise ValueError("its data is not a JSON object")
        request_id = _text(document, "requestid") if "requestid" in document else None
        return cls(**attributes, data=document["data"], request_id=request_id)


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no number that JSON has")


_LONGEST = {"subject": 64, "team": 64, "request_id": 64}
_REQUIRED = ("type", "source", "subject", "team", "id", "time")


def _text(document: dict[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"its {name} is not a text")
    return value


def _keepable(name: str, value: str) -> None:
    longest = _LONGEST.get(name, 1000)
    if "\0" in value or len(value) > longest or value.encode(errors="replace").decode() != value:
        raise ValueError(f"its {name} has more than {longest} characters, NUL, or half a surrogate pair")
