"""Is this file a whole image of a sane size? Decided by decoding all of it, as a computation will later."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from functools import partial

from PIL import Image
from workbench.archives.entries import Entry
from workbench.dataset.aligning import aligned
from workbench.dataset.reading.found import Aligned, Cut, some
from workbench.imaging.orientation import orientation_of
from workbench.imaging.preparation import LARGEST_PIXELS
from workbench.imaging.preprocess import FORMATS, decode, opened, rgb

# A photo of 64 megapixels as PNG; also well below a shard, which must hold at least one whole image.
LARGEST_IMAGE_BYTES = 128 * 2**20

# Not JPEG: its second "frame" is a phone's preview or depth map, not an animation.
_ANIMATED = tuple(name for name in FORMATS if name != "JPEG")


@dataclass(frozen=True)
class Picture:
    """An image that decodes: its file's bytes, and what they show as RGB.

    ``orientation``: of its EXIF data; other than 1 it asks who shows it to turn or mirror it.
    """

    data: bytes
    image: Image.Image
    animated: bool = False
    orientation: int = 1

    @property
    def width(self) -> int:
        """In pixels."""
        return self.image.width

    @property
    def height(self) -> int:
        """In pixels."""
        return self.image.height


def look_at(entry: Entry | Cut | Aligned) -> Picture:
    """Read and decode one image; raises ValueError with the reason it is refused."""
    if isinstance(entry, Cut):
        return _cut(entry)
    if isinstance(entry, Aligned):
        return _kept(aligned(decode(whole_file(entry.entry)), entry.points))
    return whole(whole_file(entry))


def whole(data: bytes) -> Picture:
    """Decode one image; raises ValueError with the reason it is refused."""
    return opened(data, partial(_looked, data))


@dataclass
class Odd:
    """Of a dataset, what of the pictures other programs may show otherwise: their names."""

    animated: list[str] = field(default_factory=list)
    turned: list[str] = field(default_factory=list)

    def note(self, name: str, picture: Picture) -> None:
        """Look at one."""
        if picture.animated:
            self.animated.append(name)
        if picture.orientation != 1:
            self.turned.append(name)

    def warnings(self) -> list[str]:
        """In words."""
        found = []
        if self.animated:
            found.append(f"{len(self.animated)} images are animated or have several pages; the first frame counts.")
        if self.turned:
            found.append(
                f"{len(self.turned)} images have an EXIF orientation: a model sees them as they are stored, "
                f"not as viewers turn them, unless its recipe says so ({some(self.turned)}). It should where "
                "the application turns photos: orientation exif (`--orientation exif`)."
            )
        return found


def _cut(wanted: Cut) -> Picture:
    left, top, right, bottom = wanted.box
    if not 0 < (right - left) * (bottom - top) <= LARGEST_PIXELS:
        raise ValueError(f"the cut {right - left}×{bottom - top} is not of a sane size")
    image = decode(whole_file(wanted.entry))
    if right <= 0 or bottom <= 0 or left >= image.width or top >= image.height:
        raise ValueError(
            f"the cut from {left}, {top} to {right}, {bottom} lies outside the image, "
            f"{image.width}×{image.height} pixels"
        )
    return _kept(image.crop(wanted.box))


def _kept(made: Image.Image) -> Picture:
    """As PNG, which changes no pixel."""
    file = io.BytesIO()
    made.save(file, "PNG")
    return Picture(file.getvalue(), made)


def whole_file(entry: Entry) -> bytes:
    """Of an image, undecoded; raises ValueError when it is too large or empty."""
    if entry.size > LARGEST_IMAGE_BYTES:
        raise ValueError(f"the file has {entry.size} bytes; an image may have {LARGEST_IMAGE_BYTES}")
    if not entry.size:
        raise ValueError("the file is empty")
    return entry.read()


def _looked(data: bytes, image: Image.Image) -> Picture:
    """In one decoding; other frames are asked for last, since that leaves the first."""
    shown, orientation = rgb(image), orientation_of(image)
    return Picture(data, shown, image.format in _ANIMATED and _is_animated(image), orientation)


def _is_animated(image: Image.Image) -> bool:
    try:
        return getattr(image, "is_animated", False)
    # Damaged behind the first frame: that frame, which counts, was whole.
    except Exception:
        return False
