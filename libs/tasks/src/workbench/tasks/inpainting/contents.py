"""What is counted and shown of a part that is missing."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from PIL import Image
from workbench.imaging.pencil import overlay, palette
from workbench.tasks.inpainting.annotation import Hole, mask
from workbench.tasks.scoring import Naming, Seen

OF_LEVELS = False
_OPACITY = 0.6
_COLOR = np.array(palette(2), np.uint8)


def things(annotation: Hole) -> list[Seen]:  # noqa: ARG001
    """None: there are no classes."""
    return []


def ties(annotation: Hole) -> list[Hashable]:  # noqa: ARG001
    """None."""
    return []


def draw(image: Image.Image, annotation: Hole, name: Naming, scale: float) -> Image.Image:  # noqa: ARG001
    """A colour over what is missing."""
    missing = np.asarray(mask(annotation).resize(image.size, Image.Resampling.NEAREST)) != 0
    colour = np.broadcast_to(_COLOR, (*missing.shape, 3))
    return overlay(image, colour, np.where(missing, np.float32(_OPACITY), np.float32(0)))


def copied(annotation: Hole, *, mirrored: bool) -> Hole:  # noqa: ARG001
    """The same part."""
    return annotation
