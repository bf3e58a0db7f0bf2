"""What is counted and shown of a known face, and which others must lie in its part."""

from __future__ import annotations

from collections.abc import Hashable

from PIL import Image
from workbench.imaging.pencil import legend
from workbench.tasks.face_recognition.annotation import Known
from workbench.tasks.scoring import Naming, Seen, picture

OF_LEVELS = False


def things(annotation: Known) -> list[Seen]:  # noqa: ARG001
    """None: there are as many people as there are."""
    return []


def ties(annotation: Known) -> list[Hashable]:
    """The other images of its pairs, and whose face it is: nobody is in both parts, and no pair is torn."""
    person = [("person", annotation.identity)] if annotation.identity is not None else []
    return [*dict.fromkeys(picture(pair.other) for pair in annotation.pairs), *person]


def draw(image: Image.Image, annotation: Known, name: Naming, scale: float) -> Image.Image:  # noqa: ARG001
    """Who it is, and in how many pairs it is the first."""
    pairs = len(annotation.pairs)
    return legend(image, [(None, annotation.identity or "unknown"), (None, f"{pairs} pair{'s' * (pairs != 1)}")])


def copied(annotation: Known, *, mirrored: bool) -> Known:  # noqa: ARG001
    """Of the same person, and in no pair: those are of the image itself."""
    return Known(annotation.identity)
