"""Inpainting with masks, white where the picture is missing: `images/` and `masks/` (or `holes/`), or `NAME_mask.png`.

The latter lies beside its `NAME.jpg`. Files of the two folders belong together by their names without suffix, with or
without `_mask` at a mask's end.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from workbench.archives.entries import Entry
from workbench.dataset.reading.classes import META_NAME
from workbench.dataset.reading.found import Fault, Hidden, Reading, some
from workbench.dataset.upload.tree import Tree, alike

NAME = "inpainting-masks"
TASK = "inpainting"
TASKS: tuple[str, ...] = (TASK,)

_IMAGES, _MASKS = ("images", "image"), ("masks", "mask", "holes")
_END = "_mask"


def recognise(tree: Tree) -> str | None:
    """Two folders, or names that end in `_mask` beside names that don't."""
    if META_NAME in tree.files:
        return f"{META_NAME} tells classes of masks"
    pictures, masks = _parted(tree)
    if not masks:
        return "there are no folders images and masks (or holes) in the root, and no NAME_mask.png beside NAME"
    return None if _by_key(pictures).keys() & _by_key(masks).keys() else "no mask has the name of a picture"


def read(tree: Tree) -> Reading:
    """Every picture that has a mask; the others are told."""
    pictures, masks = _parted(tree)
    found, faults = _by_key(masks), []
    known = {image.name: Hidden(found[key][0]) for key, images in _by_key(pictures).items() if key in found
             for image in images}  # fmt: skip
    for several in found.values():
        faults += [Fault(each.name, f"{several[0].name} is a mask of the same picture") for each in several[1:]]
    if not known:
        reason = "must hold images and masks (or holes) with files of the same names, or NAME_mask.png beside NAME"
        faults.append(Fault("the upload", reason))
    return Reading([image for image in pictures if image.name in known], {TASK: known}, faults=tuple(faults),
                   warnings=tuple(_left_out(pictures, masks, known)))


def _parted(tree: Tree) -> tuple[list[Entry], list[Entry]]:
    """Pictures and masks."""
    pictures, masks = ([image for image in tree.images if _first(image) in names] for names in (_IMAGES, _MASKS))
    if pictures and masks and len(pictures) + len(masks) == len(tree.images):
        return pictures, masks
    masks = [image for image in tree.images if _key_of(image) != _stem(image)]
    return [image for image in tree.images if _key_of(image) == _stem(image)], masks


def _first(image: Entry) -> str:
    """The folder of the root that it lies in."""
    first, _, below = image.name.partition("/")
    return alike(first) if below else ""


def _stem(image: Entry) -> str:
    """With the folders below the first, where that tells pictures from masks."""
    path = PurePosixPath(alike(image.name)).with_suffix("")
    return "/".join(path.parts[1:]) if _first(image) in (*_IMAGES, *_MASKS) else str(path)


def _key_of(image: Entry) -> str:
    return _stem(image).removesuffix(_END)


def _by_key(images: list[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for image in images:
        found.setdefault(_key_of(image), []).append(image)
    return found


def _left_out(pictures: list[Entry], masks: list[Entry], known: dict[str, Hidden]) -> list[str]:
    used = {hidden.entry.name for hidden in known.values()}
    alone = {"pictures have no mask": [image.name for image in pictures if image.name not in known],
             "masks have no picture": [mask.name for mask in masks if mask.name not in used]}  # fmt: skip
    return [f"{len(names)} {words}, so left out: {some(names)}" for words, names in alone.items() if names]
