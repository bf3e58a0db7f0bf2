"""What is counted and shown of a known class map."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from PIL import Image
from workbench.imaging.pencil import legend, overlay, palette
from workbench.tasks.scoring import Naming, Seen
from workbench.tasks.semantic_segmentation.annotation import IGNORED, Annotation

OF_LEVELS = False
_OPACITY = 0.55
_COLORS = np.array([palette(number) for number in range(256)], np.uint8)


def things(annotation: Annotation) -> list[Seen]:
    """Each class that has pixels, by their number."""
    labels, counts = np.unique(annotation.mask(), return_counts=True)
    return [Seen(int(label), float(count)) for label, count in zip(labels, counts, strict=True) if label != IGNORED]


def ties(annotation: Annotation) -> list[Hashable]:  # noqa: ARG001
    """None."""
    return []


def draw(image: Image.Image, annotation: Annotation, name: Naming, scale: float) -> Image.Image:  # noqa: ARG001
    """A colour for each class; where nothing is known the picture stays as it is."""
    classes = np.asarray(Image.fromarray(annotation.mask()).resize(image.size, Image.Resampling.NEAREST))
    opacity = np.where(classes == IGNORED, np.float32(0), np.float32(_OPACITY))
    entries = [
        (palette(seen.class_id), name(seen.class_id))
        for seen in sorted(things(annotation), key=lambda seen: -(seen.area or 0))
    ]
    return legend(overlay(image, _COLORS[classes], opacity), entries)


def copied(annotation: Annotation, *, mirrored: bool) -> Annotation:  # noqa: ARG001
    """The same map."""
    return annotation
