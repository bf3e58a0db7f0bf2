"""Of ten scores the third is the highest; damaged, the eighth is."""

from __future__ import annotations

import numpy as np
from workbench.tasks.classification.annotation import Label

LABELS = None
OPTIONS: dict[str, object] = {}
ANNOTATION = Label(2)
OUTPUTS = {"scores": np.eye(10, dtype=np.float32)[[2]]}
DAMAGED = {"scores": np.eye(10, dtype=np.float32)[[7]]}
TIMES = 5  # a picture so small is magnified to be written on
