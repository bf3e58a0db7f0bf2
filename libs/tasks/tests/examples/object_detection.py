"""Three things, small, middling and large by their areas; damaged, they are elsewhere, and one is another."""

from __future__ import annotations

import numpy as np
from workbench.tasks.object_detection.annotation import Thing, Things

LABELS = ("cup", "bowl")
OPTIONS: dict[str, object] = {}
# Eight columns of the table [1, 4 + classes, n], most of them sure of nothing.
_TABLE = np.zeros((1, 6, 8), np.float32)
_TABLE[0, :, 0] = [8, 8, 8, 8, 0.9, 0]
_TABLE[0, :, 1] = [22, 20, 12, 16, 0, 0.8]
_TABLE[0, :, 2] = [8, 26, 12, 8, 0, 0.7]
_DAMAGE = np.zeros((1, 6, 8), np.float32)
_DAMAGE[0, 0] = 6
_DAMAGE[0, 4:, 0] = [-0.9, 0.9]

ANNOTATION = Things(
    (
        Thing(0, (4.0, 4.0, 12.0, 12.0), area=60.0),
        Thing(1, (16.0, 12.0, 28.0, 28.0), area=2000.0),
        Thing(1, (2.0, 22.0, 14.0, 30.0), area=20000.0),
    )
)
OUTPUTS = {"boxes": _TABLE}
DAMAGED = {"boxes": _TABLE + _DAMAGE}
