"""Which points of the well-known sets are eyes, nose and mouth: those that all sets have. Standard library only.

Left and right are those of the picture. 68 is iBUG's 300-W, 98 is WFLW, 468 the mesh of MediaPipe (478 with irises).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Anchors:
    """Numbers of points. ``corners``: the outer ones of the eyes; ``eyes``: points whose mean is an eye's centre."""

    eyes: tuple[tuple[int, ...], tuple[int, ...]]
    nose: int
    mouth: tuple[int, int]
    corners: tuple[int, int] | None = None

    def five(self, *, corners: bool) -> tuple[tuple[int, ...], ...]:
        """Left and right eye, tip of the nose, left and right corner of the mouth; each the mean of some points."""
        eyes = ((self.corners[0],), (self.corners[1],)) if corners and self.corners else self.eyes
        return (*eyes, (self.nose,), (self.mouth[0],), (self.mouth[1],))


_MESH = Anchors(((33, 133), (362, 263)), 1, (61, 291), (33, 263))
SETS: dict[int, Anchors] = {
    5: Anchors(((0,), (1,)), 2, (3, 4)),
    68: Anchors((tuple(range(36, 42)), tuple(range(42, 48))), 30, (48, 54), (36, 45)),
    98: Anchors((tuple(range(60, 68)), tuple(range(68, 76))), 54, (76, 82), (60, 72)),
    468: _MESH,
    478: _MESH,
}


def known_sets() -> str:
    """Their sizes, in a sentence."""
    *most, last = map(str, SETS)
    return f"{', '.join(most)} and {last}"
