"""The heads, one line each; the first is the usual one."""

from __future__ import annotations

from workbench.tasks.instance_segmentation.heads import mask_rcnn, yolact, yolo_seg, yolo_v5_seg
from workbench.tasks.protocols import Head

HEADS: tuple[Head, ...] = (yolo_seg, yolo_v5_seg, mask_rcnn, yolact)
