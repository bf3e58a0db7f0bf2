"""What is counted and shown of known boxes."""

from __future__ import annotations

from collections.abc import Hashable

from PIL import Image
from workbench.imaging.pencil import frames, palette
from workbench.tasks.object_detection.annotation import Things
from workbench.tasks.scoring import Naming, Seen

OF_LEVELS = False


def things(annotation: Things) -> list[Seen]:
    """Each by its box."""
    return [
        Seen(thing.class_id, (thing.box[2] - thing.box[0]) * (thing.box[3] - thing.box[1]))
        for thing in annotation.things
    ]


def ties(annotation: Things) -> list[Hashable]:  # noqa: ARG001
    """None."""
    return []


def draw(image: Image.Image, annotation: Things, name: Naming, scale: float) -> Image.Image:
    """A frame and a name for each; of boxes that cover each other the smaller lies above."""
    pairs = sorted(zip(annotation.things, things(annotation), strict=True), key=lambda pair: -(pair[1].area or 0))
    scaled = [(tuple(side * scale for side in thing.box), thing.class_id) for thing, _ in pairs]
    return frames(
        image,
        [((left, top, right, bottom), palette(label + 1), name(label)) for (left, top, right, bottom), label in scaled],
    )


def copied(annotation: Things, *, mirrored: bool) -> Things:  # noqa: ARG001
    """The same things."""
    return annotation
