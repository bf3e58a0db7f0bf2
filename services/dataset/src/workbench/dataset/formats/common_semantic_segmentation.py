"""Common Semantic Segmentation: `Images/` and `Masks/` in the root, files of the same name in both.

`dataset_meta.json` in the root tells the classes: `label_map` (id to name) or `labels`, and `segmentation_colors`, the
colour of each in the masks. Without colours the masks hold the ids themselves, and 255 is ignored.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from workbench.archives.entries import Entry
from workbench.dataset.reading.classes import META_NAME, Classes, read_meta
from workbench.dataset.reading.found import Fault, Reading
from workbench.dataset.reading.pairs import TASK, Pairs, reading
from workbench.dataset.upload.tree import Tree

NAME = "common-semantic-segmentation"
TASKS: tuple[str, ...] = (TASK,)

_IMAGES, _MASKS = "images", "masks"


def recognise(tree: Tree) -> str | None:
    """Exactly these two folders, in any case, with nothing but files inside."""
    if {folder.lower() for folder in tree.folders} != {_IMAGES, _MASKS}:
        return "the root's folders are not Images and Masks alone"
    return None if all(_in(tree, folder) for folder in (_IMAGES, _MASKS)) else "Images or Masks holds no images"


def read(tree: Tree) -> Reading:
    """Every pair, in the classes of the dataset's own description."""
    pairs = Pairs.keyed(_in(tree, _IMAGES), _in(tree, _MASKS), lambda name: PurePosixPath(name).stem)
    classes = _classes(tree)
    return reading(pairs, pairs.all(), classes.coding(values=not classes.colors), classes.faults)


def _in(tree: Tree, folder: str) -> list[Entry]:
    return [image for image in tree.images if image.name.lower().startswith(f"{folder}/")]


def _classes(tree: Tree) -> Classes:
    entry = tree.files.get(META_NAME)
    if entry is not None:
        return read_meta(entry)
    missing = (
        "is missing in the root; it tells the classes by label_map or labels, and their segmentation_colors "
        "(masks of what is missing in pictures are read by `--format inpainting-masks`)"
    )
    return Classes(META_NAME, faults=[Fault(META_NAME, missing)])
