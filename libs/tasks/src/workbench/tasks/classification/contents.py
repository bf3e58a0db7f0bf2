"""What is counted and shown of a known class."""

from __future__ import annotations

from collections.abc import Hashable

from PIL import Image
from workbench.imaging.pencil import legend
from workbench.tasks.classification.annotation import Label
from workbench.tasks.scoring import Naming, Seen

OF_LEVELS = False


def things(annotation: Label) -> list[Seen]:
    """One, which is the whole image."""
    return [Seen(annotation.label)]


def ties(annotation: Label) -> list[Hashable]:  # noqa: ARG001
    """None: images of one class are to be in both parts."""
    return []


def draw(image: Image.Image, annotation: Label, name: Naming, scale: float) -> Image.Image:  # noqa: ARG001
    """The class in a corner."""
    return legend(image, [(None, name(annotation.label))])


def copied(annotation: Label, *, mirrored: bool) -> Label:  # noqa: ARG001
    """Of the same class."""
    return annotation
