"""How a picture is turned to stand upright, by its EXIF orientation, and what is drawn on it with it.

An orientation is one of eight: mirrored or not in each direction as the picture lies, then perhaps its sides exchanged.
A program's own turning of TIFF files, which Pillow does while it decodes them, is no business of this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray
from PIL import Image

_TAG = 0x0112
_UPRIGHT = 1
# By orientation: mirrored left to right, mirrored top to bottom, then transposed.
_STEPS = {
    1: (False, False, False),
    2: (True, False, False),
    3: (True, True, False),
    4: (False, True, False),
    5: (False, False, True),
    6: (False, True, True),
    7: (True, True, True),
    8: (True, False, True),
}
_INVERSE = {6: 8, 8: 6}  # all others undo themselves
_PILLOWS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Box = tuple[float, float, float, float]


def orientation_of(image: Image.Image) -> int:
    """From 1, upright, to 8; metadata that is damaged turns nothing, in any program."""
    try:
        found = image.getexif().get(_TAG, _UPRIGHT)
    # Damage is met with OSError, SyntaxError, struct.error, KeyError …
    except Exception:
        return _UPRIGHT
    return found if found in _STEPS else _UPRIGHT


def orientation_tag(orientation: int) -> Image.Exif:
    """The metadata that says it; none at all of what is upright."""
    found = Image.Exif()
    if orientation != _UPRIGHT:
        found[_TAG] = orientation
    return found


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """A picture with that orientation as a viewer shows it."""
    return image if orientation == _UPRIGHT else image.transpose(_PILLOWS[orientation])


@dataclass(frozen=True)
class Turn:
    """What turns a picture of ``width`` and ``height`` pixels upright."""

    orientation: int
    width: int
    height: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height afterwards."""
        return (self.height, self.width) if _STEPS[self.orientation][2] else (self.width, self.height)

    @property
    def back(self) -> Turn:
        """What turns the upright picture to how it lies."""
        return Turn(_INVERSE.get(self.orientation, self.orientation), *self.size)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where a point comes to lie; the corner of the first pixel is at 0, 0."""
        mirrored_x, mirrored_y, transposed = _STEPS[self.orientation]
        x, y = self.width - x if mirrored_x else x, self.height - y if mirrored_y else y
        return (y, x) if transposed else (x, y)

    def box(self, left: float, top: float, right: float, bottom: float) -> Box:
        """Where a box comes to lie: left, top, right, bottom."""
        one, other = self.point(left, top), self.point(right, bottom)
        return min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1])

    def levels(self, array: NDArray[Any]) -> NDArray[Any]:
        """array: (height, width) or (height, width, channels), of the picture or of a box in it."""
        mirrored_x, mirrored_y, transposed = _STEPS[self.orientation]
        turned = array[:: -1 if mirrored_y else 1, :: -1 if mirrored_x else 1]
        return turned.swapaxes(0, 1) if transposed else turned
