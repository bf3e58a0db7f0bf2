"""What the pixels of masks mean, told without decoding one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workbench.archives.entries import Entry

Color = tuple[int, int, int]

IGNORED = 255  # what a pixel is kept as that nobody has judged
MOST_CLASSES = 255  # the ids below that


@dataclass(frozen=True)
class Coding:
    """What a pixel means: the id of a class, or IGNORED. ``classes``: their names in the order of the ids.

    ``values``: by number, which gray masks hold, and palettes have as indexes; none: numbers are gray colours.
    ``colors``: by red, green and blue. ``by_palette``: whether the colours of a palette go before its indexes.
    """

    classes: Sequence[str]
    values: Mapping[int, int] = field(default_factory=dict)
    colors: Mapping[Color, int] = field(default_factory=dict)
    by_palette: bool = True


@dataclass(frozen=True, slots=True)
class Mask:
    """An annotation that is a picture in the upload, as large as the image it is of."""

    entry: Entry
    coding: Coding

    @property
    def file(self) -> str:
        """Where its faults lie."""
        return self.entry.name

    @property
    def line(self) -> None:
        """A picture has none."""
        return


@dataclass(frozen=True, slots=True)
class Objects:
    """An annotation that is two pictures as large as their image: which thing a pixel is of, and of which class.

    ``background``: how many classes of the second picture come before those of things.
    """

    numbers: Mask
    classes: Mask
    background: int

    @property
    def file(self) -> str:
        """Where its faults lie."""
        return self.numbers.file

    @property
    def line(self) -> None:
        """A picture has none."""
        return


def numbered(count: int) -> dict[int, int]:
    """The values of masks that hold the ids themselves."""
    return {**{label: label for label in range(count)}, IGNORED: IGNORED}


def voc_color(label: int) -> Color:
    """The colour that Pascal VOC gives a class: its bits, three at a time, are the high bits of red, green and blue."""
    parts = [0, 0, 0]
    for place in range(8):
        for channel in range(3):
            parts[channel] |= (label >> (3 * place + channel) & 1) << (7 - place)
    return parts[0], parts[1], parts[2]
