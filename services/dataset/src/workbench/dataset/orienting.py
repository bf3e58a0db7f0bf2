"""How photos lay when they were annotated: some programs show them as they are stored, others as their EXIF orientation
turns them. Everything is kept as it lies on the photo as stored; a recipe turns both together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from workbench.dataset.pictures import Picture, whole_file
from workbench.dataset.reading.coding import Objects
from workbench.dataset.reading.found import Fault, Known, Noted, some
from workbench.imaging.orientation import Turn
from workbench.imaging.preprocess import opened
from workbench.tasks.scoring import Annotating

_STORED, _UPRIGHT = "stored", "upright"


@dataclass
class Frames:
    """What was found, image by image. ``annotated_on``: what the sender said, stored or upright, if anything.

    ``upright``: images that were annotated upright; ``unclear``: those of which nothing tells.
    """

    annotated_on: str | None = None
    upright: dict[str, None] = field(default_factory=dict)
    unclear: dict[str, None] = field(default_factory=dict)

    def told(self, noted: Known, picture: Picture) -> str | None:
        """How the photo lay when it was annotated, stored or upright; None where nobody says and nothing tells."""
        if picture.orientation == 1:
            return _STORED
        return self.annotated_on or _told(noted, picture)

    def lying(self, name: str, annotation: Any, told: str | None, picture: Picture, annotating: Annotating[Any]) -> Any:
        """The annotation as it lies on the photo as stored; what turning does not change needs no telling.

        ``told``: how the photo lay when it was annotated.
        """
        if told == _STORED:
            return annotation
        turn = _turn_of(picture)
        turned = annotating.turned(annotation, turn.back if told == _UPRIGHT else turn)
        if turned == annotation:
            return annotation
        (self.upright if told == _UPRIGHT else self.unclear)[name] = None
        return turned if told == _UPRIGHT else annotation

    def fault(self) -> Fault | None:
        """Where some were annotated upright, others were, too, most likely; who sends them knows."""
        if not self.upright or not self.unclear:
            return None
        words = (
            "its EXIF orientation turns it, and nothing tells how it lay when it was annotated; "
            f"{len(self.upright)} others were annotated upright, as their sizes tell. Say how all lay: "
            "annotated_on (`--annotated-on`) upright or stored"
        )
        return Fault(next(iter(self.unclear)), words)

    def warnings(self) -> list[str]:
        """In words."""
        found = []
        if self.upright and self.annotated_on is None:
            found.append(
                f"{len(self.upright)} photos were annotated as viewers turn them (EXIF), as the sizes beside "
                f"the annotations tell: {some([*self.upright])}; their annotations were turned to fit."
            )
        if self.unclear:
            found.append(
                f"{len(self.unclear)} photos with an EXIF orientation are taken as annotated the way they "
                f"are stored, though nothing tells: {some([*self.unclear])}. If they had been turned, import "
                "again with annotated_on upright (`--annotated-on upright`)."
            )
        return found


def size_annotated(told: str | None, picture: Picture) -> tuple[int, int]:
    """Width and height of the photo as it lay then."""
    return _turn_of(picture).size if told == _UPRIGHT else picture.image.size


def _turn_of(picture: Picture) -> Turn:
    """What turns it upright."""
    return Turn(picture.orientation, picture.width, picture.height)


def _told(noted: Known, picture: Picture) -> str | None:
    """By the size beside the annotation: stored, upright, or None where it fits both or neither."""
    stored, upright = picture.image.size, _turn_of(picture).size
    if stored == upright or (size := _size(noted)) not in (stored, upright):
        return None
    return _STORED if size == stored else _UPRIGHT


def _size(noted: Known) -> tuple[int, int] | None:
    if isinstance(noted, Noted):
        return noted.size
    entry = noted.numbers.entry if isinstance(noted, Objects) else noted.entry
    try:
        return opened(whole_file(entry), lambda image: image.size)
    # Broken: that is told where it is read.
    except ValueError:
        return None
