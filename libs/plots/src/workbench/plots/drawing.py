"""Figures with their intervals as SVG: only where things are is computed here."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from workbench.plots.scale import LEFT, RIGHT, TOP, WIDTH, Measured, ends, round_steps
from workbench.plots.text import clean, figure

SLIM, ROW = 400, 46
NUMBERED = 20  # launches that have room for their number


@dataclass(frozen=True)
class Range:
    """A row of `ranges`: a name, `{value, low, high}`, and whether it is the one to take."""

    name: str
    measured: Measured
    chosen: bool = False


def bar(measured: Measured | None, most: float, chosen: bool = False) -> Markup:
    """``value`` as a dot on the way from ``low`` to ``high``; the line under it goes from 0 to ``most``."""
    if not measured or measured.get("value") is None or most <= 0:
        return Markup("")

    def x(value: float) -> float:
        return round(4 + 152 * min(max(value / most, 0), 1), 1)

    low, high = ends(measured)
    return Markup(
        '<svg class="bar-of" viewBox="0 0 160 12" width="160" height="12" aria-hidden="true"><g class="{}">'
        '<path class="rule" d="M4 6H156"/><path class="reach" d="M{} 6H{}"/>'
        '<circle class="value" cx="{}" cy="6" r="3.5"/></g></svg>'
    ).format("chosen" if chosen else "other", x(low), x(high), x(measured["value"]))


def steps(counts: Sequence[float]) -> Markup:
    """How many lie in each step, as columns side by side; the highest is as high as there is room."""
    if not counts or max(counts) <= 0:
        return Markup("")
    wide = 152 / len(counts)
    drawn = Markup("").join(
        Markup('<rect class="value" x="{}" y="{}" width="{}" height="{}"/>').format(
            round(4 + wide * at, 1),
            round(27 - 26 * each / max(counts), 1),
            round(max(wide - 1, 0.5), 1),
            round(26 * each / max(counts), 1),
        )
        for at, each in enumerate(counts)
    )
    return Markup(
        '<svg class="bar-of" viewBox="0 0 160 28" width="160" height="28" aria-hidden="true">{}</svg>'
    ).format(drawn)


def launches(values: Sequence[float], measured: Measured) -> Markup:
    """Each launch as a dot in the order in which they were, in FPS, over the band of the interval."""
    height, (low, high) = 220, ends(measured)
    most = 1.08 * max([*values, high])
    if most <= 0:
        return Markup("")

    def x(number: int) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (number + 0.5) / len(values), 1)

    def y(value: float) -> float:
        return round(height - 24 - (height - TOP - 24) * value / most, 1)

    drawn = [
        Markup('<rect class="band" x="{}" y="{}" width="{}" height="{}"/>').format(
            LEFT, y(high), WIDTH - LEFT - RIGHT, round(max(y(low) - y(high), 1), 1)
        )
    ]
    for up in round_steps(most):
        drawn.append(
            Markup('<path class="rule" d="M{} {}H{}"/><text x="{}" y="{}" text-anchor="end">{}</text>').format(
                LEFT, y(up), WIDTH - RIGHT, LEFT - 8, y(up) + 4, figure(up)
            )
        )
    drawn.append(
        Markup('<path class="axis" d="M{} {}V{}H{}"/><text x="{}" y="{}">FPS</text>').format(
            LEFT, TOP, height - 24, WIDTH - RIGHT, LEFT + 8, TOP + 4
        )
    )
    drawn += [
        Markup('<circle class="value" cx="{}" cy="{}" r="5"/>').format(x(at), y(value))
        for at, value in enumerate(values)
    ]
    drawn.append(Markup('<text x="2" y="{}">launch</text>').format(height - 6))
    drawn += [
        Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(x(at), height - 6, at + 1)
        for at in range(0, len(values), 1 + len(values) // NUMBERED)
    ]
    words = f"Throughput of {len(values)} launches in FPS: {', '.join(figure(value) for value in values)}"
    return Markup('<svg class="drawing" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, height, words, Markup("").join(drawn)
    )


def ranges(
    title: str,
    rows: Sequence[Range],
    words: Callable[[float], str],
    *,
    from_zero: bool = False,
    at_most: float = math.inf,
) -> Markup:
    """Each row's value as a dot on the way from low to high, one below the other, on one scale with its ends in words.

    from_zero: for amounts; else the scale is what the intervals need, so that they can be told apart. at_most: what no
    value can be more than, nor the scale.
    """
    if not rows:
        return Markup("")
    reached = [end for row in rows for end in ends(row.measured)]
    first, last = (0.0 if from_zero else min(reached)), max(reached)
    margin = 0.06 * (last - first) or abs(last) * 0.06 or 1.0
    least = 0.0 if first >= 0 else -math.inf  # no throughput is below nothing, nor its scale
    first = 0.0 if from_zero else max(first - margin, least)
    last = max(last, min(last + margin, at_most))
    height = ROW * len(rows) + 26

    def x(value: float) -> float:
        return round(8 + (SLIM - 16) * (value - first) / (last - first), 1)

    drawn = [Markup('<path class="axis" d="M{} {}H{}"/>').format(x(first), height - 26, x(last))]
    scale = Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>')
    drawn += [
        scale.format(x(at), height - 8, anchor, clean(words(at))) for at, anchor in ((first, "start"), (last, "end"))
    ]
    drawn += [_row(row, ROW * at + 32, x, words) for at, row in enumerate(rows)]
    said = "; ".join(f"{row.name}: {words(row.measured['value'])}" for row in rows)
    return Markup('<svg class="drawing slim" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        SLIM, height, clean(f"{title}. {said}"), Markup("").join(drawn)
    )


def _row(row: Range, y: float, x: Callable[[float], float], words: Callable[[float], str]) -> Markup:
    low, high = ends(row.measured)
    return Markup(
        '<g class="{}"><text class="name" x="8" y="{}">{}</text><path class="rule" d="M8 {}H{}"/>'
        '<path class="reach" d="M{} {}H{}"/><circle class="value" cx="{}" cy="{}" r="6"/>'
        '<text class="name" x="{}" y="{}" text-anchor="end">{}</text></g>'
    ).format(
        "chosen" if row.chosen else "other",
        y - 14,
        clean(row.name[:40]),
        y,
        SLIM - 8,
        x(low),
        y,
        x(high),
        x(row.measured["value"]),
        y,
        SLIM - 8,
        y - 14,
        clean(words(row.measured["value"])),
    )
