"""A square before a wall; damaged, all is wall."""

from __future__ import annotations

import numpy as np
from workbench.tasks.semantic_segmentation.annotation import Annotation

MASK = np.zeros((32, 32), np.uint8)
MASK[8:24, 8:24] = 1

LABELS = ("wall", "square")
OPTIONS: dict[str, object] = {}
ANNOTATION = Annotation.of(MASK)
OUTPUTS = {"logits": np.eye(2, dtype=np.float32)[MASK].transpose(2, 0, 1)[None]}
DAMAGED = {"logits": np.eye(2, dtype=np.float32)[0 * MASK].transpose(2, 0, 1)[None]}
