"""COCO: `instances_*.json` at any depth, its images anywhere in the upload, found by `file_name`.

Of several such files the first of `val`, `test`, `train` and `trainval` counts, then any other by its name. Classes are
the categories in the order of their ids. Crowds (`iscrowd`) are kept as such, and `area` is. Masks (`segmentation`) are
polygons or run lengths; an image that has a thing without one serves object detection alone.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from workbench.archives.entries import Entry
from workbench.dataset.reading import outlines
from workbench.dataset.reading.finder import Finder
from workbench.dataset.reading.found import Fault, Noted, Reading, some
from workbench.dataset.reading.json_stream import NotJson, elements, keys
from workbench.dataset.reading.outlines import Outlines, image_size
from workbench.dataset.reading.parts import worth
from workbench.dataset.reading.shelf import Shelf
from workbench.dataset.reading.things import TASK, Things, sides
from workbench.dataset.upload.tree import Tree, suffix

NAME = "coco"
TASKS: tuple[str, ...] = (outlines.TASK, TASK)

MOST_FAULTS = 100
_PREFIX = "instances"
_OTHERS = ("captions", "person_keypoints", "stuff", "panoptic", "image_info", "labels")  # COCO's that hold no boxes
_KEYS = {"images", "annotations", "categories"}
_MOST = 2**63  # of a number that is kept in eight bytes
_LARGEST_UNNAMED_BYTES = 64 * 2**20  # whether a file of any other name is COCO's, only reading it tells


def recognise(tree: Tree) -> str | None:
    """A file of that name, or one with those lists in it."""
    if not _files(tree):
        return "no .json is called instances_… or has the lists images, annotations and categories"
    return None if tree.images else "there are no images"


def read(tree: Tree) -> Reading:
    """The images of one file; every element at fault is named."""
    files = _files(tree)
    if not files:
        return Reading([], {TASK: {}}, faults=(Fault("the upload", "there is no instances_….json"),))
    chosen = min(files, key=lambda entry: worth(_last(entry)))
    coco = _Coco(chosen, tree)
    try:
        coco.read()
    except NotJson as broken:
        coco.fault(str(broken))
    warnings = _warnings(tree, chosen, files, coco)
    annotations = {}
    if coco.masked:
        whole = {name: each for name, each in coco.outlines.items() if not each.missing}
        annotations[outlines.TASK] = {name: Noted(each, chosen.name, size=each.size) for name, each in whole.items()}
    annotations[TASK] = {
        name: Noted(things, chosen.name, size=coco.size_of(name)) for name, things in coco.things.items()
    }
    return Reading(
        sorted(coco.images.values(), key=lambda image: image.name),
        annotations,
        dict.fromkeys(annotations, coco.names) if coco.names else {},
        warnings,
        tuple(coco.faults),
    )


@dataclass
class _Coco:
    """One file while it is read. ``images``: by id; ``things``: by the image's name; ``outlines``: of those whose size
    is told; ``masked``: whether any thing has a mask.
    """

    entry: Entry
    tree: Tree
    images: dict[int, Entry] = field(default_factory=dict)
    things: dict[str, Things] = field(default_factory=dict)
    outlines: dict[str, Outlines] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=Shelf)
    masked: bool = False
    classes: dict[int, int] = field(default_factory=dict)
    ids: array[int] = field(default_factory=lambda: array("q"))
    names: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def read(self) -> None:
        """Thrice, since the order of the lists is free. Raises NotJson."""
        categories: dict[int, str] = {}
        for where, element in self._each("categories"):
            with_id = _id(element)
            if with_id is None or not isinstance(element.get("name"), str):
                self.fault(f"{where} must have a whole number id and a name")
            elif with_id in categories:
                self.fault(f"{where} has the id {with_id} of another")
            else:
                categories[with_id] = element["name"]
        self.classes = {number: label for label, number in enumerate(sorted(categories))}
        self.names = [categories[number] for number in sorted(categories)]
        if not categories and not self.faults:
            self.fault("has no categories")
        self._guarded("images", self._image)
        self._guarded("annotations", self._annotation)

    def size_of(self, name: str) -> tuple[int, int] | None:
        """Width and height of the image of that name, as the file tells them."""
        return self.outlines[name].size if name in self.outlines else None

    def fault(self, reason: str) -> None:
        """In this file."""
        self.faults.append(Fault(self.entry.name, reason))

    def _each(self, name: str) -> Any:
        return ((f"{name}[{number}]", element) for number, element in elements(self.entry, name))

    def _guarded(self, name: str, take: Any) -> None:
        finder = Finder(self.tree)
        for where, element in self._each(name):
            try:
                take(element, finder)
            except ValueError as wrong:
                told = _id(element)
                self.fault(f"{where}{f' (id {told})' if told is not None else ''}: {wrong}")
                if len(self.faults) >= MOST_FAULTS:
                    return

    def _image(self, element: Any, finder: Finder) -> None:
        number, name = _id(element), element.get("file_name") if isinstance(element, dict) else None
        if number is None or not isinstance(name, str):
            raise ValueError("must have a whole number id and a file_name")
        if number in self.images:
            raise ValueError(f"{name[:200]} has the id of {self.images[number].name}")
        image = finder.find(name)
        if image.name in self.things:
            raise ValueError(f"{image.name} is listed before")
        self.images[number] = image
        self.things[image.name] = Things()
        if size := image_size(element.get("width"), element.get("height")):
            self.outlines[image.name] = Outlines(size, self.shelf)

    def _annotation(self, element: Any, _finder: Finder) -> None:
        if not isinstance(element, dict):
            raise ValueError("must be an object")
        image, label = element.get("image_id"), element.get("category_id")
        if image not in self.images:
            raise ValueError(f"image_id {str(image)[:40]} is that of no image")
        if label not in self.classes:
            raise ValueError(
                f"category_id {str(label)[:40]} is that of no category; there are "
                f"{some([str(number) for number in sorted(self.classes)])}"
            )
        box, area = element.get("bbox"), element.get("area")
        if not isinstance(box, list) or len(box) != 4 or not all(map(_is_number, box)):
            raise ValueError(f"bbox must be four numbers, left, top, width and height, not {str(box)[:80]}")
        if area is not None and not (_is_number(area) and area >= 0):
            raise ValueError(f"area must be a number from 0, not {str(area)[:40]}")
        crowd = element.get("iscrowd", 0)
        if crowd not in (0, 1):
            raise ValueError(f"iscrowd must be 0 or 1, not {str(crowd)[:40]}")
        number = _id(element)
        if number is not None and abs(number) < _MOST:
            self.ids.append(number)
        name = self.images[image].name
        self.things[name].add(self.classes[label], sides(*box), area, crowd=bool(crowd))
        if name in self.outlines:
            self.outlines[name].add(self.classes[label], element.get("segmentation"), area, crowd=bool(crowd))
            self.masked |= bool(element.get("segmentation"))


def _files(tree: Tree) -> list[Entry]:
    jsons = [entry for name, entry in tree.files.items() if suffix(name) == ".json"]
    named = [entry for entry in jsons if _last(entry).startswith(_PREFIX)]
    return named or [
        entry
        for entry in jsons
        if not _last(entry).startswith(_OTHERS) and entry.size <= _LARGEST_UNNAMED_BYTES and keys(entry) >= _KEYS
    ]


def _last(entry: Entry) -> str:
    return entry.name.rpartition("/")[2].lower()


def _id(element: Any) -> int | None:
    found = element.get("id") if isinstance(element, dict) else None
    return found if type(found) is int else None


def _is_number(value: object) -> bool:
    return type(value) in (int, float)


def _warnings(tree: Tree, chosen: Entry, files: list[Entry], coco: _Coco) -> tuple[str, ...]:
    warnings = []
    others = [entry.name for entry in files if entry is not chosen]
    if others:
        warnings.append(f"{chosen.name} was read; left out were {some(others)}")
    if twice := sorted({one for one, other in pairwise(sorted(coco.ids)) if one == other}):
        warnings.append(
            f"{len(twice)} ids of annotations are there more than once in {chosen.name}; each counts: "
            f"{some([*map(str, twice)])}"
        )
    unmasked = sorted(name for name in coco.things if name not in coco.outlines or coco.outlines[name].missing)
    if coco.masked and unmasked:
        warnings.append(
            f"{len(unmasked)} images have a thing without segmentation, or no width and height in "
            f"{chosen.name}, so they serve no instance segmentation: {some(unmasked)}"
        )
    listed = {image.name for image in coco.images.values()}
    unlisted = [image.name for image in tree.images if image.name not in listed]
    if unlisted and not coco.faults:
        warnings.append(f"{len(unlisted)} images are not in {chosen.name}, so left out: {some(unlisted)}")
    return tuple(warnings)
