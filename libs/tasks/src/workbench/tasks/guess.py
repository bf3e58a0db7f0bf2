"""What a task's options are taken to be when nobody has said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Guess:
    """``options`` by name, those that differ from their defaults; ``why``: what it was concluded from."""

    head: str | None
    options: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
