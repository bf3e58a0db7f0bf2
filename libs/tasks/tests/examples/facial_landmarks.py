"""Five points; damaged, the nose is elsewhere."""

from __future__ import annotations

import numpy as np
from workbench.tasks.facial_landmarks.annotation import Known

LABELS = None
OPTIONS: dict[str, object] = {"units": "pixels"}
ANNOTATION = Known(((8.0, 10.0), (24.0, 10.0), (16.0, 18.0), (10.0, 26.0), (22.0, 26.0)))
OUTPUTS = {"points": np.array(ANNOTATION.points, np.float32).reshape(1, 10)}
DAMAGED = {"points": OUTPUTS["points"] + np.array([[0] * 4 + [9, -9] + [0] * 4], np.float32)}
