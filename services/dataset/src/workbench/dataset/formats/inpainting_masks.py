"""Inpainting with masks, white where a picture is missing: `images/` and `holes/`, or `NAME_hole.png` at `NAME.jpg`.

By name it also reads `images/` and `masks/`, and `NAME_mask.png`: masks of classes are called so, too. Files of the two
folders belong together by their names without suffix, with or without such an end.
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
_SURE, _SURE_END = "holes", "_hole"  # what masks of classes are not called
_ENDS = ("_mask", _SURE_END)


def recognise(tree: Tree) -> str | None:
    """Two folders, or names that end in `_hole` beside names that don't."""
    if META_NAME in tree.files:
        return f"{META_NAME} tells classes of masks"
    pictures, masks = _parted(tree)
    if not any(_first(mask) == _SURE or _stem(mask).endswith(_SURE_END) for mask in masks):
        return "the root has no folders images and holes, and there is no NAME_hole.png; masks are to be chosen by name"
    return None if _by_key(pictures).keys() & _by_key(masks).keys() else "no mask has the name of a picture"


def read(tree: Tree) -> Reading:
    """Every picture that has a mask; the others are told."""
    pictures, masks = _parted(tree)
    found, faults = _by_key(masks), []
    known = {
        image.name: Hidden(found[key][0])
        for key, images in _by_key(pictures).items()
        if key in found
        for image in images
    }
    for several in found.values():
        faults += [Fault(each.name, f"{several[0].name} is a mask of the same picture") for each in several[1:]]
    if not known:
        reason = "must hold images and holes (or masks) with files of the same names, or NAME_hole.png beside NAME"
        faults.append(Fault("the upload", reason))
    return Reading(
        [image for image in pictures if image.name in known],
        {TASK: known},
        faults=tuple(faults),
        warnings=tuple(_left_out(pictures, masks, known)),
    )


def called_mask(tree: Tree) -> Entry | None:
    """The first picture that is called a mask of another: `NAME_mask`, beside `NAME`."""
    pictures, masks = _parted(tree)
    keys = {_key_of(image) for image in pictures}
    return next((mask for mask in masks if _stem(mask).endswith(_ENDS[0]) and _key_of(mask) in keys), None)


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
    stem = _stem(image)
    return next((stem.removesuffix(end) for end in _ENDS if stem.endswith(end)), stem)


def _by_key(images: list[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for image in images:
        found.setdefault(_key_of(image), []).append(image)
    return found


def _left_out(pictures: list[Entry], masks: list[Entry], known: dict[str, Hidden]) -> list[str]:
    used = {hidden.entry.name for hidden in known.values()}
    alone = {
        "pictures have no mask": [image.name for image in pictures if image.name not in known],
        "masks have no picture": [mask.name for mask in masks if mask.name not in used],
    }
    return [f"{len(names)} {words}, so left out: {some(names)}" for words, names in alone.items() if names]
