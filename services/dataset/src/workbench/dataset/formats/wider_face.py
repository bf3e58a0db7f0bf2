"""WIDER Face: a text with, for each image, its path, how many faces it has, and a line of ten numbers for each.

They are `x y width height blur expression illumination invalid occlusion pose`. Of several such texts the first of
`val`, `test` and `train` counts. What is `invalid` is difficult: it counts neither way; where it has no size it is left
out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.archives.entries import Entry
from workbench.dataset.reading.finder import Finder
from workbench.dataset.reading.found import Fault, Noted, Reading, some
from workbench.dataset.reading.parts import worth
from workbench.dataset.reading.texts import lines
from workbench.dataset.reading.things import TASK, Things, numbers, sides
from workbench.dataset.upload.tree import Tree, is_image, suffix

NAME = "wider-face"
TASKS: tuple[str, ...] = (TASK,)

_EXPECTED = "expected a path, a number of faces, and ten numbers for each"
_INVALID = 7


def recognise(tree: Tree) -> str | None:
    """A text that begins so."""
    if not _lists(tree):
        return "no .txt has a path, a number and lines of ten numbers"
    return None if tree.images else "there are no images"


def read(tree: Tree) -> Reading:
    """The images of one text."""
    lists = _lists(tree)
    if not lists:
        return Reading([], {TASK: {}}, faults=(Fault("the upload", f"no .txt of faces; {_EXPECTED}"),))
    chosen = min(lists, key=lambda entry: worth(entry.name.rpartition("/")[2]))
    faces = _Faces(chosen, Finder(tree))
    faces.read()
    listed = sorted((tree.files[name] for name in faces.known), key=lambda image: image.name)
    unlisted = [image.name for image in tree.images if image.name not in faces.known]
    warnings = [f"{len(unlisted)} images are not in {chosen.name}, so left out: {some(unlisted)}"] if unlisted else []
    return Reading(
        listed, {TASK: faces.known}, {TASK: ["face"]}, () if faces.faults else tuple(warnings), tuple(faces.faults)
    )


@dataclass
class _Faces:
    entry: Entry
    finder: Finder
    known: dict[str, Noted] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def read(self) -> None:
        """Image by image; after a line that is none of these, on from the next path."""
        rows = [(number, row) for number, row in enumerate(lines(self.entry), 1) if row]
        at = 0
        while at < len(rows):
            at = self._image(rows, at)

    def _image(self, rows: list[tuple[int, str]], at: int) -> int:
        number, path = rows[at]
        count = rows[at + 1][1] if at + 1 < len(rows) else ""
        if not is_image(path) or not (count.isascii() and count.isdigit()):
            self._fault(number, f"{_EXPECTED}, not {path[:80]!r} and {count[:40]!r}")
            return next((place for place in range(at + 1, len(rows)) if is_image(rows[place][1])), len(rows))
        things = Things()
        # An image without a face has a line of zeros.
        end = at + 2 + max(1, int(count[:9]))
        for line, row in rows[at + 2 : end][: int(count[:9])]:
            self._face(things, line, row)
        if end > len(rows) and int(count[:9]):
            self._fault(number, f"{path[:80]} has {count[:9]} faces; the text ends before")
        try:
            self.known[self.finder.find(path).name] = Noted(things, self.entry.name, number)
        except ValueError as wrong:
            self._fault(number, str(wrong))
        following = rows[at + 2] if at + 2 < len(rows) else (0, "")
        return at + 2 if int(count[:9]) == 0 and is_image(following[1]) else end

    def _face(self, things: Things, line: int, row: str) -> None:
        try:
            values = numbers(row.split(), "a face")
            if len(values) != 10:
                raise ValueError(f"a face has ten numbers, not {len(values)}")
            if not values[_INVALID] or min(values[2:4]) > 0:
                things.add(0, sides(values[0], values[1], values[2], values[3]), difficult=bool(values[_INVALID]))
        except ValueError as wrong:
            self._fault(line, str(wrong))

    def _fault(self, line: int, reason: str) -> None:
        self.faults.append(Fault(self.entry.name, reason, line))


def _lists(tree: Tree) -> list[Entry]:
    return [entry for name, entry in tree.files.items() if suffix(name) == ".txt" and _begins(lines(entry))]


def _begins(rows: list[str]) -> bool:
    first = [row for row in rows[:4] if row]
    return len(first) > 2 and is_image(first[0]) and first[1].isdigit() and len(first[2].split()) == 10
