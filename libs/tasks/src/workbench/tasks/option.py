"""One setting of a task: what it is called, what it means, what it may be. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass

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
