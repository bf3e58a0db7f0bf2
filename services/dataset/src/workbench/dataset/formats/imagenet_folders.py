"""A folder for each class, its images directly inside. Label ids follow the sorted names of the folders.

A text of class names in the root (``labels.txt``, ``synsets.txt`` …) sets another order, and may name classes that
have no image.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from workbench.archives.entries import Entry
from workbench.dataset.reading.alike import alike_classes
from workbench.dataset.reading.found import Fault, Noted, Reading, some
from workbench.dataset.reading.texts import ClassNames, class_names, label_lists, read_class_names
from workbench.dataset.upload.tree import Tree, alike, folder_of, is_image

NAME = "imagenet-folders"
TASK = "classification"
TASKS: tuple[str, ...] = (TASK,)

# Folders of these names are parts of a data set, not things to tell apart.
_PART = re.compile(
    r"(train|val|valid|validation|test|testing|training|trainval|minival"
    r"|images?|imgs?|photos?|masks?|labels?|annotations?|hr|lr|upsampled"
    r"|jpegimages|segmentationclass|segmentationobject|aligned"
    r"|701_stillsraw_full|labeledapproved_full)"
    r"(_?x?[0-9]*|annot)",
    re.IGNORECASE,
)


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
    """Every class's images; a class may have none: it keeps its id, and that is told."""
    if not any("/" in image.name for image in tree.images) and tree.top:
        # The only class's folder was taken for a wrapping one.
        return _reading(tree, {"": 0}, [tree.top])
    names = class_names(tree)
    listed = read_class_names(names[0]) if names else None
    ids, faults = _label_ids(_classes(tree), listed)
    faults += _misplaced(tree)
    known = listed.names if listed else _classes(tree)
    warnings = [*_without_images(tree, ids, known), *_order(tree, listed), *_left_out(tree, names)]
    warnings += [] if listed else alike_classes(known)
    return _reading(tree, ids, known, faults, warnings)


def _reading(
    tree: Tree, ids: dict[str, int], names: list[str], faults: Iterable[Fault] = (), warnings: Iterable[str] = ()
) -> Reading:
    """``ids``: the label of each folder's images."""
    labels = {image.name: ids[folder] for image in tree.images if (folder := folder_of(image.name)) in ids}
    known = {name: Noted({"label": label}, name) for name, label in labels.items()}
    return Reading(tree.images, {TASK: known}, {TASK: names} if names else {}, tuple(warnings), tuple(faults))


def is_part(folder: str) -> bool:
    """Whether a folder of that name is a part of a data set, not a thing to tell apart."""
    return _PART.fullmatch(folder) is not None


def parts_of_classes(tree: Tree) -> list[str]:
    """The folders such as train and val when each holds a folder a class, and all images lie in those; else none."""
    places = {tuple(image.name.split("/")[:-1]) for image in tree.images}
    parts = sorted({place[0] for place in places if place})
    nested = all(len(place) == 2 and _PART.fullmatch(place[0]) and not _PART.fullmatch(place[1]) for place in places)
    return parts if nested and len(places) > len(parts) else []


def _classes(tree: Tree) -> list[str]:
    return sorted(folder for folder in tree.folders if "/" not in folder)


def _label_ids(classes: list[str], listed: ClassNames | None) -> tuple[dict[str, int], list[Fault]]:
    if listed is None:
        return {name: label for label, name in enumerate(classes)}, []
    by_key = {alike(key): label for label, keys in reversed(list(enumerate(listed.keys))) for key in keys}
    ids = {name: by_key[alike(name)] for name in classes if alike(name) in by_key}
    faults = list(listed.faults)
    faults += [Fault(f"{name}/", f"this class is not named in {listed.file}") for name in classes if name not in ids]
    return ids, faults


def _without_images(tree: Tree, ids: dict[str, int], names: list[str]) -> list[str]:
    full = {ids[folder] for image in tree.images if (folder := folder_of(image.name)) in ids}
    empty = [f"{name} (id {label})" for label, name in enumerate(names) if label not in full]
    return [f"No image is of {some(empty)}: each keeps its id, and its accuracy is not known."] if empty else []


def _order(tree: Tree, listed: ClassNames | None) -> list[str]:
    """Whether the ids of folders with numbers for names were a guess."""
    folders = _classes(tree)
    by_number = sorted(folders, key=lambda name: int(name) if name.isdecimal() else -1)
    if listed or not all(map(str.isdecimal, folders)) or folders == by_number:
        return []
    wrong = next(name for name, other in zip(folders, by_number, strict=True) if name != other)
    return [
        f"The folders are numbers, and their ids follow their names as text, as most training programs have it: "
        f"{wrong} comes before {by_number[folders.index(wrong)]}. Where the model counts otherwise, name them "
        "in its order in a labels.txt beside them, one a line."
    ]


def _left_out(tree: Tree, names: list[Entry]) -> list[str]:
    used = {entry.name for entry in names}
    others = [name for name in tree.files if not is_image(name) and name not in used]
    return [f"{len(others)} files are no images and were left out: {some(others)}"] if others else []


def _misplaced(tree: Tree) -> list[Fault]:
    return [
        Fault(image.name, "does not lie directly in the folder of a class")
        for image in tree.images
        if image.name.count("/") != 1
    ]
