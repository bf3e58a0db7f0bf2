"""What a package carries of this task."""

from __future__ import annotations

from workbench.tasks.protocols import Running
from workbench.tasks.semantic_segmentation import alike
from workbench.tasks.semantic_segmentation.draw import draw
from workbench.tasks.semantic_segmentation.heads import class_map, logits, one_channel

RUNNING = Running((logits, class_map, one_channel), alike.fingerprint, alike.differences, draw)
