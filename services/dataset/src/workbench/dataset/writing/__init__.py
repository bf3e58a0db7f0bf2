"""The layouts that a dataset is written in, one line each; what each must offer, the type checker holds it to.

Light, as ``formats`` is: an API asks which there are and which tasks they hold.
"""

from __future__ import annotations

from workbench.dataset.writing import (
    coco,
    coco_keypoints,
    common_semantic_segmentation,
    common_super_resolution,
    imagenet,
    inpainting_masks,
    lfw,
    unannotated,
    voc,
    yolo,
)
from workbench.dataset.writing.layout import Layout

LAYOUTS: tuple[Layout, ...] = (
    coco,
    imagenet,
    voc,
    yolo,
    coco_keypoints,
    common_semantic_segmentation,
    common_super_resolution,
    inpainting_masks,
    lfw,
    unannotated,
)
NAMES = tuple(each.NAME for each in LAYOUTS)


def named(name: str) -> Layout:
    """The layout of that name, which is one of NAMES."""
    return next(each for each in LAYOUTS if name == each.NAME)
