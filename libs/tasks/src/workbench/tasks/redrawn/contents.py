"""What is counted and shown of a picture as it should look."""

from __future__ import annotations

from collections.abc import Hashable

from PIL import Image
from workbench.imaging.pictures import decode_picture
from workbench.tasks.redrawn.annotation import Wanted
from workbench.tasks.scoring import Naming, Seen

OF_LEVELS = True


def things(annotation: Wanted) -> list[Seen]:  # noqa: ARG001
    """None."""
    return []


def ties(annotation: Wanted) -> list[Hashable]:  # noqa: ARG001
    """None."""
    return []


def draw(image: Image.Image, annotation: Wanted, name: Naming, scale: float) -> Image.Image:  # noqa: ARG001
    """The right half as it should look: in the size of the image, whatever size it has itself."""
    wanted = Image.fromarray(decode_picture(annotation.picture)).resize(image.size)
    half, drawn = image.width // 2, image.copy()
    drawn.paste(wanted.crop((half, 0, *image.size)), (half, 0))
    return drawn


def copied(annotation: Wanted, *, mirrored: bool) -> Wanted:  # noqa: ARG001
    """The same picture."""
    return annotation
