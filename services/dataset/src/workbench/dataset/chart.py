"""Statistics of a dataset as a picture: SVG, written by hand, since a plotting library weighs more than this service.

Nothing in it is fetched or run; names of classes are a stranger's, and become text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

_WIDTH, _MARGIN, _LINE = 760, 20, 18
_PLOT = (165, 90)  # of one distribution
_MOST_CLASSES = 40
_LONGEST_NAME = 28
_BAR, _TEXT, _FAINT = "#3b6ea5", "#1b1f24", "#667080"
_SPREADS = {"width": "width, px", "height": "height, px", "aspect": "width / height", "file_bytes": "file, bytes"}
_OF_TASK = {"things_per_image": "per image", "area_share": "share of the image"}


def chart(statistics: Mapping[str, Any], title: str) -> str:
    """An SVG document of the statistics."""
    page = _Page()
    page.text(title, 16)
    parts = ", ".join(f"{count:,} for {part}" for part, count in statistics["parts"].items())
    page.text(f"{statistics['images']:,} images: {parts}")
    if statistics["colour"]:
        page.colour(statistics["colour"])
    page.spreads([(words, statistics[name]) for name, words in _SPREADS.items()])
    for task, found in statistics["tasks"].items():
        page.text(f"{task}: {found['images']:,} images", 14)
        page.spreads([(words, found[name]) for name, words in _OF_TASK.items()])
        page.classes(found["classes"])
    return page.document()


class _Page:
    """Grows downwards."""

    def __init__(self) -> None:
        self._top = _MARGIN
        self._drawn: list[str] = []

    def text(self, words: str, size: int = 12) -> None:
        """A line of its own."""
        self._top += size + 8
        self._drawn.append(_text(_MARGIN, self._top, words, size))

    def colour(self, colour: Mapping[str, Sequence[float]]) -> None:
        """The mean as a patch, and in numbers."""
        mean, deviation = (", ".join(f"{level:.1f}" for level in colour[name]) for name in ("mean", "std"))
        self.text(f"      mean colour {mean}; standard deviation {deviation} (of 255)")
        fill = "#" + "".join(f"{min(255, max(0, round(level))):02x}" for level in colour["mean"])
        self._drawn.append(_rectangle(_MARGIN, self._top - 12, 16, 14, fill))

    def spreads(self, given: Iterable[tuple[str, Mapping[str, Any] | None]]) -> None:
        """Side by side."""
        shown = [(words, spread) for words, spread in given if spread]
        if not shown:
            return
        wide, high = _PLOT
        for place, (words, spread) in enumerate(shown):
            left, bottom = _MARGIN + place * (wide + 20), self._top + 30 + high
            self._drawn.append(_text(left, self._top + 22, f"{words}: median {spread['median']:,g}", 11))
            self._drawn += _bars(spread["counts"], left, bottom, wide, high)
            self._drawn.append(_text(left, bottom + 14, f"{spread['min']:,g}", 10, _FAINT))
            self._drawn.append(_text(left + wide, bottom + 14, f"{spread['max']:,g}", 10, _FAINT, "end"))
        self._top += high + 52

    def classes(self, classes: Sequence[Mapping[str, Any]]) -> None:
        """The most frequent first."""
        ordered = sorted(classes, key=lambda each: (-each["things"], each["id"]))
        most = max((each["things"] for each in ordered), default=0)
        for each in ordered[:_MOST_CLASSES]:
            self._top += _LINE
            name = each["name"] if each["name"] is not None else f"class {each['id']}"
            long = f"{200 + 400 * each['things'] / (most or 1):.0f}"
            self._drawn.append(_text(190, self._top, _short(name), 11, _TEXT, "end"))
            self._drawn.append(_rectangle(200, self._top - 11, float(long) - 200, 13, _BAR))
            self._drawn.append(
                _text(float(long) + 6, self._top, f"{each['things']:,} in {each['images']:,} images", 10, _FAINT)
            )
        if len(ordered) > _MOST_CLASSES:
            self.text(f"and {len(ordered) - _MOST_CLASSES:,} more classes")

    def document(self) -> str:
        """All of it on white."""
        height = self._top + _MARGIN
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
                f'height="{height}" font-family="sans-serif">',
                _rectangle(0, 0, _WIDTH, height, "#ffffff"),
                *self._drawn,
                "</svg>",
                "",
            ]
        )


def _bars(counts: Sequence[int], left: float, bottom: float, wide: float, high: float) -> list[str]:
    most, step = max(counts) or 1, wide / len(counts)
    return [
        _rectangle(left + place * step, bottom - high * count / most, max(step - 1, 1), high * count / most, _BAR)
        for place, count in enumerate(counts)
    ]


def _rectangle(left: float, top: float, wide: float, high: float, fill: str) -> str:
    return f'<rect x="{left:g}" y="{top:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="{fill}"/>'


def _text(left: float, bottom: float, words: str, size: int, fill: str = _TEXT, anchor: str = "start") -> str:
    shown = escape("".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in words))
    return (
        f'<text x="{left:g}" y="{bottom:g}" font-size="{size}" fill="{fill}" text-anchor="{anchor}" '
        f'xml:space="preserve">{shown}</text>'
    )


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
