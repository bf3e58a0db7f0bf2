"""Images anywhere, without labels: for calibration, profiling, and agreement with a reference model.

COCO and VOC trees are taken this way, too: their photos serve although their annotations are not read yet.
"""

from __future__ import annotations

from workbench.dataset.reading.found import Reading, some
from workbench.dataset.reading.texts import label_lists
from workbench.dataset.upload.tree import Tree, folder_of, is_image, suffix

NAME = "unannotated"
TASKS: tuple[str, ...] = ()

_COCO_PREFIXES = ("instances_", "person_keypoints_")
_MASKS = frozenset({"SegmentationClass", "SegmentationObject"})


def recognise(tree: Tree) -> str | None:
    """Some image, and no list whose labels would be lost."""
    if not tree.images:
        return "there are no images"
    lists = label_lists(tree)
    return f"the labels of {lists[0].name} would be lost" if lists else None


def read(tree: Tree) -> Reading:
    """Every image but masks."""
    photos = [image for image in tree.images if not _is_mask(image.name)]
    masks = len(tree.images) - len(photos)
    found = [_coco(tree), _voc(tree, masks)]
    warnings = [warning for warning in found if warning] or _not_read(tree)
    return Reading(photos, warnings=tuple(warnings))


def _is_mask(name: str) -> bool:
    return not _MASKS.isdisjoint(name.split("/")[:-1])


def _coco(tree: Tree) -> str | None:
    jsons = [name for name in tree.files
             if suffix(name) == ".json" and name.rpartition("/")[2].startswith(_COCO_PREFIXES)]
    if not jsons:
        return None
    return f"The annotations of COCO ({jsons[0]}) are not read yet: the images are kept without labels."


def _voc(tree: Tree, masks: int) -> str | None:
    last_parts = {folder.rpartition("/")[2] for folder in tree.folders}
    if not {"JPEGImages", "Annotations"} <= last_parts and not masks:
        return None
    left_out = f" {masks} masks were left out." if masks else ""
    return f"The annotations of Pascal VOC are not read yet: the images are kept without labels.{left_out}"


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
    return warnings
