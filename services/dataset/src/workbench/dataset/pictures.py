"""Is this file a whole image of a sane size? Decided by decoding all of it, as a computation will later."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image
from workbench.archives.entries import Entry
from workbench.imaging.preprocess import FORMATS, decode

# A photo of 64 megapixels as PNG; also well below a shard, which must hold at least one whole image.
LARGEST_IMAGE_BYTES = 128 * 2**20

# Not JPEG: its second "frame" is a phone's preview or depth map, not an animation.
_ANIMATED = tuple(name for name in FORMATS if name != "JPEG")


@dataclass(frozen=True)
class Picture:
    """An image that decodes: its file's bytes, and its size in pixels."""

    data: bytes
    width: int
    height: int
    animated: bool


def look_at(entry: Entry) -> Picture:
    """Read and decode one image; raises ValueError with the reason it is refused."""
    data = whole_file(entry)
    image = decode(data)
    return Picture(data, image.width, image.height, _is_animated(data))


def whole_file(entry: Entry) -> bytes:
    """Of an image, undecoded; raises ValueError when it is too large or empty."""
    if entry.size > LARGEST_IMAGE_BYTES:
        raise ValueError(f"the file has {entry.size} bytes; an image may have {LARGEST_IMAGE_BYTES}")
    if not entry.size:
        raise ValueError("the file is empty")
    return entry.read()


def _is_animated(data: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(data), formats=_ANIMATED) as image:
            return getattr(image, "is_animated", False)
    # Not one of these formats, or damaged behind the first frame: that frame, which counts, was whole.
    except Exception:
        return False
