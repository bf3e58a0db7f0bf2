"""A picture made whole just as it was; damaged, its hole holds the negative."""

from __future__ import annotations

import numpy as np
from workbench.tasks.inpainting.annotation import Hole

BEFORE = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)  # the image that every task is shown

LABELS = None
OPTIONS: dict[str, object] = {}
ANNOTATION = Hole.of(np.add.outer(np.arange(32), 2 * np.arange(32)) < 30)
OUTPUTS = {"picture": BEFORE.transpose(2, 0, 1)[None].astype(np.float32)}
DAMAGED = {"picture": 255 - BEFORE.transpose(2, 0, 1)[None].astype(np.float32)}
