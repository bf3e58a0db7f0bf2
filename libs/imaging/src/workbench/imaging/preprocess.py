"""From the bytes of an image file to the model's input tensor, exactly as its preparation says.

Evaluation, calibration and the deployed application all run this very file, so that they feed a model
the same numbers. The rules, where libraries differ:

- Colour is 8 bit RGB: grayscale is repeated, palettes are resolved, CMYK is converted without colour
  profiles, alpha is dropped (the stored colour stays), 16 bit samples keep their high byte. Of an animation
  the first frame counts.
- The EXIF orientation is not applied unless the preparation says so: accuracies published for ImageNet models are
  measured on pictures as they are stored.
- An image that is cut short or damaged is an error, never a half grey picture.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from workbench.imaging.orientation import orientation_of, upright
from workbench.imaging.preparation import LARGEST_PIXELS, LARGEST_SIDE, Preparation

T = TypeVar("T")
# Only well-trodden decoders see bytes that strangers upload.
FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF")

# The grey that letterboxed detectors are trained with.
_PADDING = (114, 114, 114)
_RESAMPLING = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "nearest": Image.Resampling.NEAREST,
}


def preprocess(image_bytes: bytes, preparation: Preparation) -> NDArray[np.float32]:
    """One image as the model's input: float32, shape ``preparation.input.shape`` (batch 1), or as large as the image
    where that keeps its size.

    Raises ValueError with the reason when the bytes are not a whole image.
    """
    return to_tensor(fit(picture(image_bytes, preparation), preparation).image, preparation)


def picture(image_bytes: bytes, preparation: Preparation) -> Image.Image:
    """As ``decode``, turned upright where the preparation wants that: what answers about the image speak of."""
    if preparation.orientation == "stored":
        return decode(image_bytes)
    return opened(image_bytes, lambda image: upright(rgb(image), orientation_of(image)))


def decode(image_bytes: bytes) -> Image.Image:
    """The picture as 8 bit RGB; raises ValueError with a one-line reason when it is broken or too large."""
    return opened(image_bytes, rgb)


def stored_orientation(image_bytes: bytes) -> int:
    """From 1, upright, to 8; raises ValueError with the reason when this is no image.

    Of what most cameras write it is read without decoding the picture, which whoever needs the pixels does, too.
    """
    # Pillow turns those itself when it decodes them.
    return opened(image_bytes, lambda image: 1 if image.format == "TIFF" else orientation_of(image), whole=False)


def opened(image_bytes: bytes, use: Callable[[Image.Image], T], *, whole: bool = True) -> T:
    """What ``use`` makes of the picture as it is stored; raises ValueError as ``decode``. ``whole``: decoded before."""
    with warnings.catch_warnings():
        # Pillow warns of bombs, which have their own limit here, and of odd metadata, which changes no pixel.
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(image_bytes), formats=FORMATS) as image:
                _check_size(image)
                if whole:
                    image.load()
                return use(image)
        except (MemoryError, ValueError):
            raise
        except UnidentifiedImageError:
            raise ValueError(f"not an image of a known format ({', '.join(FORMATS)})") from None
        # Decoders meet damage with OSError, SyntaxError, struct.error, KeyError …: all mean the same here.
        except Exception as damage:
            raise ValueError(f"broken image: {damage or type(damage).__name__}") from damage


@dataclass(frozen=True)
class Fitted:
    """A picture as the model sees it, and how its coordinates go back to the original.

    ``size``: width and height of the original in pixels. A point (x, y) of the original lies at
    (x * scale[0] + left, y * scale[1] + top) here; ``left`` and ``top`` are negative where a crop cut something off.
    ``mask``: one that the picture brings, laid over ``image`` and as large; 0 where it says nothing.
    """

    image: Image.Image
    size: tuple[int, int]
    scale: tuple[float, float]
    left: int
    top: int
    mask: Image.Image | None = None


def fit(image: Image.Image, preparation: Preparation, mask: Image.Image | None = None) -> Fitted:
    """The RGB picture in the input's width and height, by the preparation's way of resizing, and with it its mask.

    Raises ValueError for a picture that is too large to go in as it is.
    """
    fitted = _fit(image, preparation)
    return fitted if mask is None else replace(fitted, mask=_laid_over(fitted, mask))


def _fit(image: Image.Image, preparation: Preparation) -> Fitted:
    if preparation.resize == "crop":
        return _centre_crop(image, preparation)
    if preparation.resize == "letterbox":
        return _letterbox(image, preparation)
    if preparation.resize == "keep":
        return _continued(image, preparation.multiple)
    size = (preparation.input.width, preparation.input.height)
    return _fitted(image.resize(size, _RESAMPLING[preparation.interpolation]), image, size)


def _laid_over(fitted: Fitted, mask: Image.Image) -> Image.Image:
    """No level of a mask is between two others, so it is never smoothed."""
    width, height = (max(1, round(side * scale)) for side, scale in zip(fitted.size, fitted.scale, strict=True))
    laid = Image.new("L", fitted.image.size, 0)
    laid.paste(mask.convert("L").resize((width, height), Image.Resampling.NEAREST), (fitted.left, fitted.top))
    return laid


def to_tensor(image: Image.Image, preparation: Preparation) -> NDArray[np.float32]:
    """A fitted RGB picture as float32 in the input's shape: channel order, mean and scale, then layout."""
    gray = preparation.color == "GRAY"
    pixels: NDArray[np.float32] = np.asarray(image.convert("L") if gray else image).astype(np.float32)
    if gray:
        pixels = pixels[:, :, None]
    if preparation.color == "BGR":
        pixels = pixels[:, :, ::-1]
    if preparation.mean is not None:
        pixels -= np.array(preparation.mean, np.float32)
    if preparation.scale is not None:
        pixels /= np.array(preparation.scale, np.float32)
    if preparation.input.layout == "NCHW":
        pixels = pixels.transpose(2, 0, 1)
    return np.ascontiguousarray(pixels[None])


def _check_size(image: Image.Image) -> None:
    pixels = image.width * image.height
    if pixels > LARGEST_PIXELS:
        size = f"{image.width}×{image.height}"
        raise ValueError(f"{size} is {pixels:,} pixels; at most {LARGEST_PIXELS:,} are taken")


def rgb(image: Image.Image) -> Image.Image:
    """A loaded picture as 8 bit RGB, by the rules above; never the very object.

    Raises ValueError for samples without a range.
    """
    if image.mode.startswith("I;16"):
        # Pillow's own conversion clips at 255: nearly every 16 bit picture would turn white.
        high_bytes = (np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8)
        return Image.fromarray(high_bytes).convert("RGB")
    if image.mode in ("I", "F"):
        raise ValueError(f"samples of mode {image.mode} have no defined range; 8 or 16 bit is needed")
    if image.mode == "P":
        return image.convert("RGBA").convert("RGB")
    return image.convert("RGB")


def _centre_crop(image: Image.Image, preparation: Preparation) -> Fitted:
    """Resize by the short side, then cut the centre out; an odd margin is larger right and below."""
    width, height = preparation.input.width, preparation.input.height
    scale = preparation.crop_short_side / min(image.size)
    # int(), as the reference accuracies were measured. max(): a wide input needs a picture at least as wide.
    scale = max(scale, width / image.width, height / image.height)
    size = (max(width, int(image.width * scale)), max(height, int(image.height * scale)))
    resized = image.resize(size, _RESAMPLING[preparation.interpolation])
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return _fitted(resized.crop((left, top, left + width, top + height)), image, size, -left, -top)


def _letterbox(image: Image.Image, preparation: Preparation) -> Fitted:
    """Resize to fit inside, in the middle of a grey frame."""
    width, height = preparation.input.width, preparation.input.height
    scale = min(width / image.width, height / image.height)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    framed = Image.new("RGB", (width, height), _PADDING)
    resized = image.resize(size, _RESAMPLING[preparation.interpolation])
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    framed.paste(resized, (left, top))
    return _fitted(framed, image, size, left, top)


def _continued(image: Image.Image, multiple: int) -> Fitted:
    """The picture as it is; its last column and row repeated until the sides are multiples."""
    if max(image.size) > LARGEST_SIDE:
        raise ValueError(f"{image.width}×{image.height} pixels; at most {LARGEST_SIDE} a side go in as they are")
    missing = [-side % multiple for side in image.size]
    if not any(missing):
        return _fitted(image, image, image.size)
    levels = np.pad(np.asarray(image), ((0, missing[1]), (0, missing[0]), (0, 0)), "edge")
    return _fitted(Image.fromarray(levels), image, image.size)


def _fitted(fitted: Image.Image, image: Image.Image, size: tuple[int, int], left: int = 0, top: int = 0) -> Fitted:
    """``size``: what the whole picture was resized to."""
    return Fitted(fitted, image.size, (size[0] / image.width, size[1] / image.height), left, top)
