"""What a package carries of this task."""

from __future__ import annotations

from workbench.tasks.instance_segmentation import alike
from workbench.tasks.instance_segmentation.draw import draw
from workbench.tasks.instance_segmentation.heads.table import HEADS
from workbench.tasks.protocols import Running

RUNNING = Running(HEADS, alike.fingerprint, alike.differences, draw)
