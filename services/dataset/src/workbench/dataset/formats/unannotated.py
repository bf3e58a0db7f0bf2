"""Images anywhere, without labels: for calibration, profiling, and agreement with a reference model.

COCO and VOC trees are taken this way, too, where a person chooses it: their photos serve without their boxes.
"""

from __future__ import annotations

import re

from workbench.dataset.formats.imagenet_folders import NAME as FOLDERS
from workbench.dataset.formats.imagenet_folders import is_part, parts_of_classes
from workbench.dataset.formats.inpainting_masks import NAME as MASKS
from workbench.dataset.formats.inpainting_masks import called_mask
from workbench.dataset.reading.classes import META_NAME
from workbench.dataset.reading.found import Reading, some
from workbench.dataset.reading.label_rows import EXPECTED
from workbench.dataset.reading.texts import label_lists, lists_without_labels
from workbench.dataset.upload.tree import Tree, folder_of, is_image, suffix

NAME = "unannotated"
TASKS: tuple[str, ...] = ()

_COCO_PREFIXES = ("instances_", "person_keypoints_")
# Folders that the layouts with masks keep them in; a folder of photos may be called like none of these.
_MASKS = re.compile(r"SegmentationClass|SegmentationObject|gtFine|gtCoarse|LabeledApproved_full|(train|val|test)annot")


def recognise(tree: Tree) -> str | None:
    """Some image, and nothing whose labels would be lost."""
    if not tree.images:
        return f"there are no images{_instead(tree)}"
    if lists := label_lists(tree):
        return f"the labels of {lists[0].name} would be lost"
    if lists := lists_without_labels(tree):
        return (
            f"{lists[0].name} lists the images, but not as it is read: {EXPECTED} a line. The format unannotated "
            "leaves them"
        )
    if parts := parts_of_classes(tree):
        return (
            f"{some([f'{part}/' for part in parts])} hold a folder for each class: give one of them as the dataset "
            f"({parts[-1]}/). The format unannotated leaves the labels"
        )
    if mask := called_mask(tree):
        return (
            f"{mask.name} is called a mask of another picture. Where masks are white for what is missing, choose "
            f"the format {MASKS}; masks of classes are read from the folders Images/ and Masks/ with files of the same "
            f"names, beside a {META_NAME}. The format unannotated takes all for photos"
        )
    return None


def read(tree: Tree) -> Reading:
    """Every image but masks."""
    beside = _beside_images(tree)
    photos = [image for image in tree.images if not _is_mask(image.name) and folder_of(image.name) not in beside]
    masks = len(tree.images) - len(photos)
    found = [_coco(tree), _voc(tree), f"{masks} masks were left out." if masks else None]
    warnings = [warning for warning in found if warning] or _not_read(tree)
    return Reading(photos, warnings=tuple(warnings))


def _instead(tree: Tree) -> str:
    """What a person may have taken for some."""
    tables = [name for name in tree.files if suffix(name) in (".csv", ".tsv")]
    arrays = [name for name in tree.files if suffix(name) in (".npy", ".npz")]
    if tables:
        return f": {tables[0]} is a table, and models of text are not served here, so no text is read as a dataset"
    return f": {arrays[0]} is an array; store it as a PNG or TIFF, which say what a pixel is" if arrays else ""


def _beside_images(tree: Tree) -> set[str]:
    """The folders called masks that have one called images beside them."""
    there = {folder.lower() for folder in tree.folders}
    masks = {folder for folder in tree.folders if folder.lower().rpartition("/")[2] == "masks"}
    return {folder for folder in masks if folder.lower()[: -len("masks")] + "images" in there}


def _is_mask(name: str) -> bool:
    return any(map(_MASKS.fullmatch, name.split("/")[:-1]))


def _coco(tree: Tree) -> str | None:
    jsons = [
        name for name in tree.files if suffix(name) == ".json" and name.rpartition("/")[2].startswith(_COCO_PREFIXES)
    ]
    if not jsons:
        return None
    return f"The annotations of COCO ({jsons[0]}) were not read: the images are kept without labels."


def _voc(tree: Tree) -> str | None:
    last_parts = {folder.rpartition("/")[2] for folder in tree.folders}
    if not {"JPEGImages", "Annotations"} <= last_parts:
        return None
    return "The boxes of Pascal VOC were not read: the images are kept without labels."


def _not_read(tree: Tree) -> list[str]:
    """What a person may have expected to count."""
    warnings = []
    others = [name for name in tree.files if not is_image(name)]
    if others:
        warnings.append(f"{len(others)} files are no images and were left out: {some(others)}")
    folders = sorted({folder_of(image.name) for image in tree.images})
    if len(folders) > 1:
        shown = some([folder or "the root" for folder in folders])
        warnings.append(f"The images lie in {len(folders)} folders ({shown}), not taken for classes.")
    # A folder around everything is mostly that of the set.
    if folders == [""] and tree.top and not is_part(tree.top):
        warnings.append(
            f"All images lie in one folder, {tree.top}, not taken for a class. If it is the only class, "
            f"say the format {FOLDERS} (`--format {FOLDERS}`)."
        )
    return warnings
