"""dlib's XML (imglab): `<image file>` with a `<box>` for each face, its points as `<part name x y>`.

All such files of the upload count. Each face becomes an image of its own: a square around the middle of its points, as
wide as 1.5 times their extent, black where that leaves the photo. Boxes without points, or with `ignore='1'`, are left
out.
"""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from workbench.archives.entries import Entry
from workbench.dataset.reading.faces import TASK as _TASK
from workbench.dataset.reading.faces import Faces, Point, numbers, square
from workbench.dataset.reading.finder import Finder
from workbench.dataset.reading.found import Fault, Reading
from workbench.dataset.reading.texts import LARGEST_TEXT_BYTES
from workbench.dataset.upload.tree import Tree, suffix

NAME = "dlib-landmarks"
TASKS: tuple[str, ...] = (_TASK,)

MOST_FAULTS = 100


class _Enough(Exception):  # it ends a parse
    """More would not help anyone."""


def recognise(tree: Tree) -> str | None:
    """An XML with such images and points."""
    return None if _files(tree) else "no .xml has the elements dataset, images, box and part of dlib's imglab"


def read(tree: Tree) -> Reading:
    """The faces of all the files."""
    files, faces = _files(tree), Faces()
    if not files:
        faces.faults.append(Fault("the upload", "there is no .xml with dlib's images, boxes and parts"))
    finder = Finder(tree)
    left_out = sum(_File(entry, finder, faces).read() for entry in files)
    if left_out:
        faces.warnings.append(f"{left_out} boxes without points, or to be ignored, are left out")
    return faces.reading()


def _files(tree: Tree) -> list[Entry]:
    return [entry for name, entry in tree.files.items() if suffix(name) == ".xml" and _is_dlibs(entry)]


def _is_dlibs(entry: Entry) -> bool:
    if entry.size > LARGEST_TEXT_BYTES:
        return False
    data = entry.read()
    return all(word in data for word in (b"<dataset", b"<images", b"<box", b"<part"))


class _File:
    """One file while it is parsed; each element is told to by the line it begins in."""

    def __init__(self, entry: Entry, finder: Finder, faces: Faces) -> None:
        self._entry, self._finder, self._faces = entry, finder, faces
        self._parser = expat.ParserCreate()
        self._photo: Entry | None = None
        self._count = self._left_out = self._line = 0
        self._ignored = False
        self._points: dict[int, Point] = {}

    def read(self) -> int:
        """How many boxes were left out."""
        parser = self._parser
        parser.StartElementHandler, parser.EndElementHandler, parser.EntityDeclHandler = self._start, self._end, _entity
        try:
            parser.Parse(self._entry.read(), True)
        except expat.ExpatError as broken:
            self._fault(f"not XML: {expat.ErrorString(broken.code)}", broken.lineno)
        except ValueError as wrong:
            self._fault(str(wrong), parser.CurrentLineNumber)
        except _Enough:
            pass
        return self._left_out

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        take = {"image": self._image, "box": self._box, "part": self._part}.get(tag)
        if take is not None:
            self._guarded(take, attributes)

    def _end(self, tag: str) -> None:
        if tag == "box" and self._photo is not None:
            self._guarded(self._face, self._photo)

    def _image(self, attributes: dict[str, str]) -> None:
        self._photo, self._count = None, 0
        self._photo = self._finder.find(attributes.get("file", ""))

    def _box(self, attributes: dict[str, str]) -> None:
        self._points, self._line = {}, self._parser.CurrentLineNumber
        self._ignored = attributes.get("ignore") == "1"

    def _part(self, attributes: dict[str, str]) -> None:
        name = attributes.get("name", "")
        if not (name.isascii() and name.isdigit() and len(name) <= 5):
            raise ValueError(f"the name of a part must be its number, not {name[:40]!r}")
        if int(name) in self._points:
            raise ValueError(f"the box has two parts {name}")
        x, y = numbers([attributes.get("x", ""), attributes.get("y", "")], 2, "x and y of a part as numbers")
        self._points[int(name)] = x, y

    def _face(self, photo: Entry) -> None:
        if self._ignored or not self._points:
            self._left_out += 1
            return
        self._count += 1
        first, last = min(self._points), max(self._points)
        if last - first + 1 != len(self._points):
            missing = next(number for number in range(first, last) if number not in self._points)
            raise ValueError(f"the part {missing} is missing between {first} and {last}")
        points = [self._points[number] for number in range(first, last + 1)]
        self._faces.cut(f"{photo.name}-face{self._count}.png", photo, points, square(points), self._entry, self._line)

    def _guarded(self, take: Any, given: Any) -> None:
        try:
            take(given)
        except ValueError as wrong:
            self._fault(str(wrong), self._parser.CurrentLineNumber)
            if len(self._faces.faults) >= MOST_FAULTS:
                raise _Enough from None

    def _fault(self, reason: str, line: int) -> None:
        self._faces.faults.append(Fault(self._entry.name, reason, line))


def _entity(*_declared: Any) -> None:
    raise ValueError("the file declares entities, which are not read; take its DOCTYPE out")
