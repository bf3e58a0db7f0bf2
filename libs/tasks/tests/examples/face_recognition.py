"""One face of two of a person; damaged, it is like the other person's."""

from __future__ import annotations

import numpy as np
from workbench.tasks.face_recognition.annotation import Known, Pair

LABELS = None
OPTIONS: dict[str, object] = {}
ANNOTATION = Known(
    "ann", (Pair("b.png", True, 0), Pair("c.png", False, 0), Pair("b.png", True, 1), Pair("c.png", False, 1))
)
OUTPUTS = {"embedding": np.array([[1.0, 0.1, 0.0, 0.0]], np.float32)}
DAMAGED = {"embedding": np.array([[0.0, 0.1, 1.0, 0.0]], np.float32)}
# The images it is compared with.
OTHERS = (
    ("b.png", Known("ann"), {"embedding": np.array([[1.0, 0.0, 0.1, 0.0]], np.float32)}),
    ("c.png", Known("bob"), {"embedding": np.array([[0.1, 0.0, 1.0, 0.0]], np.float32)}),
)
TIMES = 5  # a picture so small is magnified to be written on
