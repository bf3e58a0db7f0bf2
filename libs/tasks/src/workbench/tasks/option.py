"""One setting of a task: what it is called, what it means, what it may be. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.imaging.fields import check_int


@dataclass(frozen=True)
class Option:
    """A whole number from ``low`` to ``high``; ``words`` say what it does, for a person who chooses it."""

    name: str
    words: str
    default: int
    low: int
    high: int

    def check(self, value: object) -> None:
        """Raises BadRecipe."""
        check_int(self.name, value, self.low, self.high)

    def to_json(self) -> dict[str, Any]:
        """As APIs tell it."""
        return {"name": self.name, "words": self.words, "type": "integer", "default": self.default,
                "minimum": self.low, "maximum": self.high}  # fmt: skip
