"""A folder for each class, its images directly inside. Label ids follow the sorted names of the folders.

A text of class names in the root (``labels.txt``, ``synsets.txt`` …) sets another order, and then every
class it names must have its folder.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from workbench.dataset.reading.found import Fault, Noted, Reading
from workbench.dataset.reading.texts import ClassNames, class_names, label_lists, read_class_names
from workbench.dataset.upload.tree import Tree, folder_of

NAME = "imagenet-folders"
TASK = "classification"
TASKS: tuple[str, ...] = (TASK,)

# Folders of these names are parts of a data set, not things to tell apart.
_PART = re.compile(
    r"(train|val|valid|validation|test|testing|training|trainval|minival"
    r"|images?|imgs?|photos?|masks?|labels?|annotations?|hr|lr|upsampled"
    r"|jpegimages|segmentationclass|segmentationobject|aligned"
    r"|701_stillsraw_full|labeledapproved_full)"
    r"(_?x?[0-9]*|annot)", re.IGNORECASE)


def recognise(tree: Tree) -> str | None:
    """At least two folders in the root, every image directly in one of them, and no list of labels."""
    folders = Counter(folder_of(image.name) for image in tree.images)
    if not folders:
        return "there are no images"
    if label_lists(tree):
        return f"{label_lists(tree)[0].name} looks like a list of labels"
    if misplaced := [image.name for image in tree.images if image.name.count("/") != 1]:
        return f"{misplaced[0]} does not lie directly in a folder of the root"
    if part := next(filter(_PART.fullmatch, sorted(folders)), None):
        return f"{part} is the name of a part of a data set, not of a class"
    return "only one folder has images" if len(_classes(tree)) < 2 else None


def read(tree: Tree) -> Reading:
    """Every class's images; a class without a folder or without an image is a fault."""
    if not any("/" in image.name for image in tree.images) and tree.top:
        # The only class's folder was taken for a wrapping one.
        return _reading(tree, {"": 0}, [tree.top])
    names = class_names(tree)
    listed = read_class_names(names[0]) if names else None
    ids, faults = _label_ids(_classes(tree), listed)
    faults += _empty_classes(tree) + _misplaced(tree)
    return _reading(tree, ids, listed.names if listed else _classes(tree), faults)


def _reading(tree: Tree, ids: dict[str, int], names: list[str], faults: Iterable[Fault] = ()) -> Reading:
    """``ids``: the label of each folder's images."""
    labels = {image.name: ids[folder] for image in tree.images if (folder := folder_of(image.name)) in ids}
    known = {name: Noted({"label": label}, name) for name, label in labels.items()}
    return Reading(tree.images, {TASK: known}, {TASK: names} if names else {}, faults=tuple(faults))


def _classes(tree: Tree) -> list[str]:
    return sorted(folder for folder in tree.folders if "/" not in folder)


def _label_ids(classes: list[str], listed: ClassNames | None) -> tuple[dict[str, int], list[Fault]]:
    if listed is None:
        return {name: label for label, name in enumerate(classes)}, []
    by_key = {key: label for label, keys in reversed(list(enumerate(listed.keys))) for key in keys}
    ids = {name: by_key[name] for name in classes if name in by_key}
    faults = list(listed.faults)
    for label in sorted(set(range(len(listed.names))) - set(ids.values())):
        reason = f"class {listed.names[label]!r} has no folder; every class named here needs one with images"
        faults.append(Fault(listed.file, reason, label + 1))
    faults += [Fault(f"{name}/", f"this class is not named in {listed.file}")
               for name in classes if name not in by_key]
    return ids, faults


def _empty_classes(tree: Tree) -> list[Fault]:
    full = {image.name.split("/")[0] for image in tree.images}
    return [Fault(f"{name}/", "the folder of this class has no images; add some, or remove the folder")
            for name in _classes(tree) if name not in full]


def _misplaced(tree: Tree) -> list[Fault]:
    return [Fault(image.name, "does not lie directly in the folder of a class")
            for image in tree.images if image.name.count("/") != 1]
