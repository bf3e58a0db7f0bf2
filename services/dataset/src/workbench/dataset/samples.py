"""What reading a layout gives: samples (an image and its label), and the faults found on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.dataset.entries import Entry


@dataclass(frozen=True)
class Fault:
    """One thing the sender must mend, and where: ``line`` counts from 1 in ``file``."""

    file: str
    reason: str
    line: int | None = None

    def to_json(self) -> dict[str, Any]:
        """As it stands in the refusal's facts."""
        return {"file": self.file, "line": self.line, "reason": self.reason}

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file} line {self.line}"
        return f"{where}: {self.reason}"


@dataclass(frozen=True)
class Sample:
    """An image not yet looked at; ``label`` is its class's index, None without annotation."""

    entry: Entry
    label: int | None = None


@dataclass(frozen=True)
class Reading:
    """A layout as read: samples in name order; ``labels``, the classes' names, are None when it has none."""

    samples: list[Sample]
    labels: list[str] | None = None
    warnings: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


def some(names: list[str]) -> str:
    """The first few of many names, for a warning."""
    return ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
