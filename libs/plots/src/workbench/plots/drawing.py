"""Figures with their intervals as SVG: only where things are is computed here."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from workbench.plots.text import clean, figure

Measured = dict[str, Any]
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 360, 64, 24, 18, 46
SLIM, ROW = 400, 46


@dataclass(frozen=True)
class Point:
    """A variant on the plane: its name, `{value, low, high}` of both axes, and whether it is the one to take."""

    name: str
    across: Measured
    up: Measured
    chosen: bool


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

    low, high = _ends(measured)
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


def plane(points: Sequence[Point], limit_ms: float | None) -> Markup:
    """Throughput (up) against latency (across), each point with both of its intervals; the limit as a line."""
    if not points:
        return Markup("")
    most_across = 1.08 * max([_ends(point.across)[1] for point in points] + ([limit_ms] if limit_ms else []))
    most_up = 1.08 * max(_ends(point.up)[1] for point in points)

    def x(value: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * value / most_across, 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / most_up, 1)

    drawn = [_axes(x, y, most_across, most_up)]
    if limit_ms:
        line = Markup('<path class="limit" d="M{} {}V{}"/><text class="bad" x="{}" y="{}">at most {} ms</text>')
        at = x(limit_ms)
        drawn.append(line.format(at, TOP, HEIGHT - BOTTOM, at + 6, TOP + 12, figure(limit_ms)))
    drawn += [_cross(point, x, y, line) for point, line in zip(points, _lines(points, x, y), strict=True)]
    words = "; ".join(
        f"{each.name}: {figure(each.up['value'])} FPS at {figure(each.across['value'])} ms" for each in points
    )
    return Markup('<svg class="drawing" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, clean(f"Throughput against latency. {words}"), Markup("").join(drawn)
    )


def launches(values: Sequence[float], measured: Measured) -> Markup:
    """Each launch as a dot in the order in which they were, in FPS, over the band of the interval."""
    height, (low, high) = 220, _ends(measured)
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
    for up in _round_steps(most):
        drawn.append(
            Markup('<path class="rule" d="M{} {}H{}"/><text x="{}" y="{}" text-anchor="end">{}</text>').format(
                LEFT, y(up), WIDTH - RIGHT, LEFT - 8, y(up) + 4, figure(up)
            )
        )
    drawn.append(
        Markup('<path class="axis" d="M{} {}V{}H{}"/><text x="8" y="{}">FPS</text>').format(
            LEFT, TOP, height - 24, WIDTH - RIGHT, TOP + 4
        )
    )
    drawn += [
        Markup('<circle class="value" cx="{}" cy="{}" r="5"/>').format(x(at), y(value))
        for at, value in enumerate(values)
    ]
    words = f"Throughput of {len(values)} launches in FPS: {', '.join(figure(value) for value in values)}"
    return Markup('<svg class="drawing" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, height, words, Markup("").join(drawn)
    )


def ranges(title: str, rows: Sequence[Range], words: Callable[[float], str], *, from_zero: bool = False) -> Markup:
    """Each row's value as a dot on the way from low to high, one below the other, on one scale with its ends in words.

    from_zero: for amounts; else the scale is what the intervals need, so that they can be told apart.
    """
    if not rows:
        return Markup("")
    ends = [end for row in rows for end in _ends(row.measured)]
    first, last = (0.0 if from_zero else min(ends)), max(ends)
    margin = 0.06 * (last - first) or abs(last) * 0.06 or 1.0
    least = 0.0 if first >= 0 else -math.inf  # no throughput is below nothing, nor its scale
    first, last = (0.0 if from_zero else max(first - margin, least)), last + margin
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
    low, high = _ends(row.measured)
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


def _lines(points: Sequence[Point], x: Callable[[float], float], y: Callable[[float], float]) -> list[float]:
    """How high each name stands: beside its point, or as far above as no other name is in its way."""
    taken: list[tuple[float, float]] = []
    for point in points:
        across, line = x(point.across["value"]), y(point.up["value"]) - 9
        while any(abs(across - other) < 110 and abs(line - height) < 14 for other, height in taken):
            line -= 14
        taken.append((across, line))
    return [round(line, 1) for _, line in taken]


def _cross(point: Point, x: Callable[[float], float], y: Callable[[float], float], line: float) -> Markup:
    (left, right), (bottom, top) = _ends(point.across), _ends(point.up)
    across, up = x(point.across["value"]), y(point.up["value"])
    late = across > WIDTH * 0.75
    return Markup(
        '<g class="{}"><path class="reach" d="M{} {}H{}M{} {}V{}"/><circle class="value" cx="{}" cy="{}" r="6"/>'
        '<text class="name" x="{}" y="{}" text-anchor="{}">{}</text></g>'
    ).format(
        "chosen" if point.chosen else "other",
        x(left),
        up,
        x(right),
        across,
        y(bottom),
        y(top),
        across,
        up,
        across - 10 if late else across + 10,
        line,
        "end" if late else "start",
        clean(point.name[:40]),
    )


def _axes(x: Callable[[float], float], y: Callable[[float], float], across: float, up: float) -> Markup:
    parts = [Markup('<path class="axis" d="M{} {}V{}H{}"/>').format(LEFT, TOP, HEIGHT - BOTTOM, WIDTH - RIGHT)]
    for high in _round_steps(up):
        parts.append(
            Markup('<path class="rule" d="M{} {}H{}"/><text x="{}" y="{}" text-anchor="end">{}</text>').format(
                LEFT, y(high), WIDTH - RIGHT, LEFT - 8, y(high) + 4, figure(high)
            )
        )
    for right in _round_steps(across):
        parts.append(
            Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(
                x(right), HEIGHT - BOTTOM + 18, figure(right)
            )
        )
    named = Markup('<text x="{}" y="{}" text-anchor="end">median latency, ms</text><text x="{}" y="{}">FPS</text>')
    parts.append(named.format(WIDTH - RIGHT, HEIGHT - 8, 8, TOP + 4))
    return Markup("").join(parts)


def _round_steps(most: float) -> list[float]:
    """From three to seven figures up to ``most``, of one, two or five times a power of ten."""
    power: float = 10.0 ** math.floor(math.log10(most / 3))
    step = next(power * times for times in (5, 2, 1) if power * times * 3 <= most)
    return [step * number for number in range(1, int(most / step) + 1)]


def _ends(measured: Measured) -> tuple[float, float]:
    """Without an interval, the value itself."""
    value = measured["value"]
    low, high = measured.get("low"), measured.get("high")
    return (value if low is None else low), (value if high is None else high)
