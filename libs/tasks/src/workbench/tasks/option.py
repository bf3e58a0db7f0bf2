"""What a person may set of a task: its options, and what there is to choose from. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.imaging.fields import BadRecipe
from workbench.tasks.usual import Usual

Value = bool | int | float | str
_TYPES = {bool: "boolean", int: "integer", float: "number", str: "choice"}


@dataclass(frozen=True)
class Choice:
    """One of several, such as a head; ``words`` say when it is the right one.

    ``usual``: how pictures go into the models that a head is for; None where those that are published differ.
    """

    name: str
    words: str
    usual: Usual | None = None

    def to_json(self) -> dict[str, Any]:
        """As ``GET /v1/tasks`` has it."""
        return {"name": self.name, "words": self.words, "usual": self.usual.to_json() if self.usual else None}


@dataclass(frozen=True)
class Option:
    """One setting; ``words`` say what it does, for a person who chooses.

    Its type is that of its default: an int or float lies from ``low`` to ``high``, a str is one of ``choices``, a bool
    is yes or no. ``suspect``: a wrong one makes answers worthless, so others are tried where they are.
    """

    name: str
    words: str
    default: Value
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    suspect: bool = False

    @property
    def type(self) -> str:
        """``integer``, ``number``, ``choice`` or ``boolean``."""
        return _TYPES[type(self.default)]

    @property
    def accepted(self) -> str:
        """What it may be, in words."""
        if self.type == "boolean":
            return "true or false"
        if self.type == "choice":
            return f"one of {', '.join(self.choices)}"
        return f"a {'whole number' if self.type == 'integer' else 'number'} from {self.low} to {self.high}"

    def check(self, value: object) -> None:
        """Raises BadRecipe."""
        if not self._fits(value):
            raise BadRecipe(f"options.{self.name}", f"must be {self.accepted}", value)

    def to_json(self) -> dict[str, Any]:
        """As ``GET /v1/tasks`` has it."""
        return {
            "name": self.name,
            "words": self.words,
            "type": self.type,
            "default": self.default,
            "low": self.low,
            "high": self.high,
            "choices": list(self.choices) or None,
        }

    def _fits(self, value: object) -> bool:
        if isinstance(value, bool):  # to Python alone it is an int, too
            return self.type == "boolean"
        if isinstance(value, str):
            return value in self.choices
        if not isinstance(value, int if self.type == "integer" else int | float):
            return False
        return self.low is not None and self.high is not None and self.low <= value <= self.high
