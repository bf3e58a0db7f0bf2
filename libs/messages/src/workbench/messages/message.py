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
    ``team`` is a CloudEvents extension attribute: every message says whose it is.
    """

    type: str
    source: str
    subject: str
    team: str
    data: dict[str, Any]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    time: str = field(default_factory=_now)

    def to_json(self) -> str:
        """The structured JSON form."""
        return json.dumps(
            {
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
        )

    @classmethod
    def from_json(cls, text: str | bytes) -> Message:
        """Raises ValueError when the text is not such an envelope."""
        try:
            document = json.loads(text)
            if document["specversion"] != "1.0" or not isinstance(document["data"], dict):
                raise ValueError("not a CloudEvents 1.0 message with a JSON object as data")
            names = ("type", "source", "subject", "team", "id", "time")
            return cls(**{name: str(document[name]) for name in names}, data=document["data"])
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a CloudEvents message: {error}") from error
