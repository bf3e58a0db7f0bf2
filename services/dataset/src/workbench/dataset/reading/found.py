"""What reading a layout gives: images, what is known of each for which task, and the faults found on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.archives.entries import Entry
from workbench.dataset.reading.coding import Mask, Objects


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


@dataclass(frozen=True, slots=True)
class Noted:
    """What a text says of one image: ``document`` as the task's own JSON, ``file`` and ``line`` where it says so.

    ``size``: width and height of the image as whoever wrote it saw it, where that is told.
    """

    document: Mapping[str, Any]
    file: str
    line: int | None = None
    size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Picture:
    """A file of its own says what is known."""

    entry: Entry

    @property
    def file(self) -> str:
        """Of that picture."""
        return self.entry.name

    @property
    def line(self) -> None:
        """A picture has none."""


class Counterpart(_Picture):
    """Another picture is what is known of the image."""

    __slots__ = ()


class Hidden(_Picture):
    """A picture that is white where the image is missing."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Cut:
    """An image that is part of one in the upload. ``box``: left, top, right, bottom; what leaves that one is black."""

    name: str
    entry: Entry
    box: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Aligned:
    """An image that is one of the upload, turned and scaled so that its five ``points`` lie as in all faces."""

    name: str
    entry: Entry
    points: tuple[tuple[float, float], ...]


Known = Noted | Mask | Objects | Counterpart | Hidden


@dataclass(frozen=True)
class Reading:
    """A layout as read. ``images``: in name order, not yet looked at.

    ``annotations``: by task, then by the name of the image; each task that the layout serves is there, though no image
    has anything. ``classes``: their names by task, for the tasks whose names are known.
    """

    images: Sequence[Entry | Cut | Aligned]
    annotations: Mapping[str, Mapping[str, Known]] = field(default_factory=dict)
    classes: Mapping[str, list[str]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


def some(names: list[str]) -> str:
    """The first few of many names, for a warning."""
    return ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
