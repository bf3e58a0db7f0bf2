"""What a package carries of this task."""

from __future__ import annotations

from workbench.tasks.object_detection import alike
from workbench.tasks.object_detection.draw import draw
from workbench.tasks.object_detection.heads.table import HEADS
from workbench.tasks.protocols import Running

RUNNING = Running(HEADS, alike.fingerprint, alike.differences, draw)
