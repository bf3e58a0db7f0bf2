"""Masks that people lay beside their pictures: ``photo_mask.png``, or of the same name in ``masks`` or ``holes``."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from workbench.imaging.preparation import IMAGE_SUFFIXES
from workbench.imaging.preprocess import decode

_ENDS, _FOLDERS, _PICTURES = ("_mask", "_hole"), ("masks", "holes"), "images"


def place(picture: Path) -> Path:
    """Where the mask of a picture is put, for ``beside`` to find."""
    return picture.with_name(f"{picture.stem}{_ENDS[0]}.png")


def beside(picture: Path) -> Path | None:
    """The mask of a picture; None where there is none."""
    places = [picture.with_name(f"{picture.stem}{end}") for end in _ENDS]
    if picture.parent.name.lower() == _PICTURES:
        places += [picture.parent.parent / folder / picture.stem for folder in _FOLDERS]
    found = (place.with_name(place.name + suffix) for place in places for suffix in sorted(IMAGE_SUFFIXES))
    return next((mask for mask in found if mask.is_file()), None)


def is_mask(file: Path) -> bool:
    """Whether a picture that it is the mask of lies beside it."""
    places = [file.with_name(file.stem.removesuffix(end)) for end in _ENDS if file.stem.endswith(end)]
    if file.parent.name.lower() in _FOLDERS:
        places.append(file.parent.parent / _PICTURES / file.stem)
    return any(place.with_name(place.name + suffix).is_file() for place in places for suffix in IMAGE_SUFFIXES)


def read(mask: Path, picture: Image.Image) -> Image.Image:
    """White where the picture is missing, else black. Raises OSError and ValueError in words."""
    levels = decode(mask.read_bytes()).convert("L").point([0] * 128 + [255] * 128)
    if levels.size != picture.size:
        sizes = [f"{image.width}×{image.height}" for image in (levels, picture)]
        raise ValueError(f"its mask {mask.name} is {sizes[0]} pixels, the picture {sizes[1]}")
    return levels
