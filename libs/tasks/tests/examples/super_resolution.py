"""A picture twice as large; damaged, it is its negative."""

from __future__ import annotations

import numpy as np
from workbench.imaging.pictures import encode_picture
from workbench.tasks.redrawn.annotation import Wanted

TIMES = 2
DRAWN = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)

LABELS = None
OPTIONS: dict[str, object] = {}
ANNOTATION = Wanted(encode_picture(DRAWN))
OUTPUTS = {"picture": DRAWN.transpose(2, 0, 1)[None].astype(np.float32)}
DAMAGED = {"picture": 255 - DRAWN.transpose(2, 0, 1)[None].astype(np.float32)}
