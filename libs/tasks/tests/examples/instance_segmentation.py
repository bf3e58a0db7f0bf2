"""Three things whose masks are prototypes; damaged, one is another, and parts of each are cut off."""

from __future__ import annotations

import numpy as np
from workbench.tasks.instance_segmentation.annotation import Instance, Instances
from workbench.tasks.instance_segmentation.patch import Patch

LABELS = ("cup", "bowl")
OPTIONS: dict[str, object] = {}
# Three prototypes of the input's own size: likely where the thing is.
_WHERE = np.zeros((3, 32, 32), bool)
_WHERE[0, 4:12, 4:10] = True
_WHERE[1, 12:28, 16:30] = True
_WHERE[2, 20:30, 2:12] = True
# Eight columns of the table [1, 4 + classes + prototypes, n], most of them sure of nothing.
_TABLE = np.zeros((1, 9, 8), np.float32)
_TABLE[0, :, 0] = [7, 8, 6, 8, 0.9, 0, 1, 0, 0]
_TABLE[0, :, 1] = [23, 20, 14, 16, 0, 0.8, 0, 1, 0]
_TABLE[0, :, 2] = [7, 25, 10, 10, 0, 0.7, 0, 0, 1]
_DAMAGE = np.zeros((1, 9, 8), np.float32)
_DAMAGE[0, 0, :3] = 4
_DAMAGE[0, 4:6, 0] = [-0.9, 0.9]

ANNOTATION = Instances(
    (32, 32),
    (
        Instance(0, Patch.of(_WHERE[0]), area=60.0),
        Instance(1, Patch.of(_WHERE[1]), 2000.0),
        Instance(1, Patch.of(_WHERE[2]), area=20000.0),
    ),
)
_PROTOTYPES = np.where(_WHERE, 9, -9).astype(np.float32)[None]
OUTPUTS = {"boxes": _TABLE, "prototypes": _PROTOTYPES}
DAMAGED = {"boxes": _TABLE + _DAMAGE, "prototypes": _PROTOTYPES}
