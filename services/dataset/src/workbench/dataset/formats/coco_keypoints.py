"""COCO, its keypoints: annotations with `keypoints` (x, y and 0, 1 or 2 for each), as of faces in WFLW and 300-W.

Each annotation becomes an image of its own, cut by its `bbox`, or without one by a square around its points; what a
photo holds alone, in a box as large as the photo, is that photo. Where one of its points is not labelled (0) it is left
out and told, and so are crowds. Of several such files the first of `val`, `test`, `train` and `trainval` counts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from workbench.archives.entries import Entry
from workbench.dataset.reading.faces import TASK as _TASK
from workbench.dataset.reading.faces import Box, Faces, Point, holding, square
from workbench.dataset.reading.finder import Finder
from workbench.dataset.reading.found import Fault, Reading, some
from workbench.dataset.reading.json_stream import NotJson, elements, keys
from workbench.dataset.reading.outlines import image_size
from workbench.dataset.reading.parts import worth
from workbench.dataset.reading.things import sides
from workbench.dataset.upload.tree import Tree, suffix

NAME = "coco-keypoints"
TASKS: tuple[str, ...] = (_TASK,)

MOST_FAULTS = 100
_PREFIX, _BOXES = "person_keypoints", "instances"
_LISTS = {"images", "annotations"}
_LARGEST_UNNAMED_BYTES = 64 * 2**20  # whether a file of any other name has keypoints, only reading it tells


def recognise(tree: Tree) -> str | None:
    """Such a file; where boxes lie in another beside it, these are meant."""
    files = _files(tree)
    if not files:
        return "no .json has the lists images and annotations with keypoints in them"
    if boxes := [name for name in tree.files if suffix(name) == ".json" and _last(name).startswith(_BOXES)]:
        return f"{boxes[0]} lies beside {files[0].name}; choose this format to read the keypoints"
    return None if tree.images else "there are no images"


def read(tree: Tree) -> Reading:
    """The faces of one file."""
    files, faces = _files(tree), Faces()
    if not files:
        faces.faults.append(Fault("the upload", "there is no .json with keypoints in its annotations"))
        return faces.reading()
    chosen = min(files, key=lambda entry: worth(_last(entry.name)))
    coco = _Keypoints(chosen, Finder(tree), faces)
    try:
        coco.read()
    except NotJson as broken:
        coco.fault(str(broken))
    if others := [entry.name for entry in files if entry is not chosen]:
        faces.warnings.append(f"{chosen.name} was read; left out were {some(others)}")
    if coco.left_out:
        faces.warnings.append(
            f"{coco.left_out} annotations of {chosen.name} are crowds, or have points that are not "
            "labelled, and are left out"
        )
    return faces.reading()


@dataclass
class _Keypoints:
    """One file while it is read. ``photos``: by id; ``shared``: how many annotations each has."""

    entry: Entry
    finder: Finder
    faces: Faces
    photos: dict[int, tuple[Entry, tuple[int, int] | None]] = field(default_factory=dict)
    shared: Counter[int] = field(default_factory=Counter)
    taken: Counter[int] = field(default_factory=Counter)
    left_out: int = 0

    def read(self) -> None:
        """Thrice, since the order of the lists is free, and a photo of one face is taken whole. Raises NotJson."""
        self._guarded("images", self._image)
        for _, each in elements(self.entry, "annotations"):
            if isinstance(each, dict) and type(number := each.get("image_id")) is int:
                self.shared[number] += 1
        self._guarded("annotations", self._annotation)

    def fault(self, reason: str) -> None:
        """In this file."""
        self.faces.faults.append(Fault(self.entry.name, reason))

    def _guarded(self, name: str, take: Any) -> None:
        for number, element in elements(self.entry, name):
            try:
                if not isinstance(element, dict):
                    raise ValueError("must be an object")
                take(element)
            except ValueError as wrong:
                told = f" (id {element['id']})" if isinstance(element, dict) and type(element.get("id")) is int else ""
                self.fault(f"{name}[{number}]{told}: {wrong}")
                if len(self.faces.faults) >= MOST_FAULTS:
                    return

    def _image(self, element: dict[str, Any]) -> None:
        number, name = element.get("id"), element.get("file_name")
        if type(number) is not int or not isinstance(name, str):
            raise ValueError("must have a whole number id and a file_name")
        if number in self.photos:
            raise ValueError(f"{name[:200]} has the id of {self.photos[number][0].name}")
        size = image_size(element.get("width"), element.get("height"))
        self.photos[number] = self.finder.find(name), size

    def _annotation(self, element: dict[str, Any]) -> None:
        number = element.get("image_id")
        if type(number) is not int or number not in self.photos:
            raise ValueError(f"image_id {str(number)[:40]} is that of no image")
        points, box = _points(element.get("keypoints")), _box(element.get("bbox"))
        if points is None or element.get("iscrowd"):
            self.left_out += 1
            return
        photo, size = self.photos[number]
        self.taken[number] += 1
        if self.shared[number] == 1 and size and box == (0, 0, *size):
            self.faces.whole(photo, points, self.entry, None)
            return
        name = f"{photo.name}-face{self.taken[number]}.png"
        around = holding(box, points) if box else square(points)
        self.faces.cut(name, photo, points, around, self.entry, None)


def _points(numbers: object) -> list[Point] | None:
    """None where one of them is not labelled. Raises ValueError in words."""
    if not isinstance(numbers, list) or not numbers or len(numbers) % 3 or not all(map(_is_number, numbers)):
        raise ValueError(f"keypoints must be three numbers a point, x, y and 0, 1 or 2, not {str(numbers)[:80]}")
    seen = numbers[2::3]
    if wrong := [each for each in seen if each not in (0, 1, 2)]:
        raise ValueError(f"whether a point is labelled and seen must be 0, 1 or 2, not {wrong[0]!r}")
    return None if 0 in seen else list(zip(numbers[::3], numbers[1::3], strict=True))


def _box(box: object) -> Box | None:
    if box is None:
        return None
    if not isinstance(box, list) or len(box) != 4 or not all(map(_is_number, box)):
        raise ValueError(f"bbox must be four numbers, left, top, width and height, not {str(box)[:80]}")
    return sides(*box)


def _files(tree: Tree) -> list[Entry]:
    jsons = [entry for name, entry in tree.files.items() if suffix(name) == ".json"]
    named = [entry for entry in jsons if _last(entry.name).startswith(_PREFIX)]
    return named or [entry for entry in jsons if entry.size <= _LARGEST_UNNAMED_BYTES and _has_keypoints(entry)]


def _has_keypoints(entry: Entry) -> bool:
    try:
        first = next((element for _, element in elements(entry, "annotations")), None)
    except NotJson:
        return False
    return isinstance(first, dict) and "keypoints" in first and keys(entry) >= _LISTS


def _last(name: str) -> str:
    return name.rpartition("/")[2].lower()


def _is_number(value: object) -> bool:
    return type(value) in (int, float)
