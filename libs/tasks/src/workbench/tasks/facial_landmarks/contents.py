"""What is counted and shown of known points."""

from __future__ import annotations

from collections.abc import Hashable

from PIL import Image
from workbench.imaging.pencil import dots
from workbench.tasks.facial_landmarks.annotation import Known
from workbench.tasks.scoring import Naming, Seen

_COLOR = (0, 230, 118)


def things(annotation: Known) -> list[Seen]:  # noqa: ARG001
    """None: a face is of no class."""
    return []


def ties(annotation: Known) -> list[Hashable]:  # noqa: ARG001
    """None."""
    return []


def draw(image: Image.Image, annotation: Known, name: Naming, scale: float) -> Image.Image:  # noqa: ARG001
    """A dot at each."""
    return dots(image, [(x * scale, y * scale) for x, y in annotation.points], _COLOR)
