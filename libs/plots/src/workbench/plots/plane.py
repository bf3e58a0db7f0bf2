"""Variants on the plane of latency and throughput, as SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from workbench.plots.scale import BOTTOM, LEFT, RIGHT, TOP, WIDTH, Measured, ends, round_steps
from workbench.plots.text import clean, figure

HEIGHT = 360
LINE = 20  # of a name, as large as it is drawn on a narrow screen


@dataclass(frozen=True)
class Point:
    """A variant on the plane: its name, `{value, low, high}` of both axes, and whether it is the one to take."""

    name: str
    across: Measured
    up: Measured
    chosen: bool


def plane(points: Sequence[Point], limit_ms: float | None) -> Markup:
    """Throughput (up) against latency (across), each point with both of its intervals; the limit as a line."""
    if not points:
        return Markup("")
    most_across = 1.08 * max([ends(point.across)[1] for point in points] + ([limit_ms] if limit_ms else []))
    most_up = 1.08 * max(ends(point.up)[1] for point in points)

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


def _lines(points: Sequence[Point], x: Callable[[float], float], y: Callable[[float], float]) -> list[float]:
    """How high each name stands: beside its point, or as far above as no other name is in its way."""
    taken: list[tuple[float, float]] = []
    for point in points:
        across, line = x(point.across["value"]), y(point.up["value"]) - 9
        while any(abs(across - other) < 110 and abs(line - height) < LINE for other, height in taken):
            line -= LINE
        taken.append((across, line))
    return [round(line, 1) for _, line in taken]


def _cross(point: Point, x: Callable[[float], float], y: Callable[[float], float], line: float) -> Markup:
    (left, right), (bottom, top) = ends(point.across), ends(point.up)
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
    for high in round_steps(up):
        parts.append(
            Markup('<path class="rule" d="M{} {}H{}"/><text x="{}" y="{}" text-anchor="end">{}</text>').format(
                LEFT, y(high), WIDTH - RIGHT, LEFT - 8, y(high) + 4, figure(high)
            )
        )
    for right in round_steps(across):
        parts.append(
            Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(
                x(right), HEIGHT - BOTTOM + 18, figure(right)
            )
        )
    named = Markup('<text x="{}" y="{}" text-anchor="end">median latency, ms</text><text x="{}" y="{}">FPS</text>')
    parts.append(named.format(WIDTH - RIGHT, HEIGHT - 6, LEFT + 8, TOP + 4))
    return Markup("").join(parts)
