"""Open Images: boxes in a CSV of 13 columns, names of classes in one of two (`LabelName,DisplayName`).

Images are called by their ids. Of several tables of boxes the first of `validation`, `test` and `train` counts.
`IsGroupOf` is a crowd. Classes are all of the table of names, in its order, which is that of the models' classes; of a
table that names what whole images are labelled with, too, those that have a box.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from workbench.archives.entries import Entry
from workbench.dataset.reading.found import Fault, Noted, Reading, some
from workbench.dataset.reading.parts import worth
from workbench.dataset.reading.texts import lines
from workbench.dataset.reading.things import TASK, Things, numbers, within
from workbench.dataset.upload.tree import Tree, suffix

NAME = "open-images"
TASKS: tuple[str, ...] = (TASK,)

_COLUMNS = ("ImageID", "LabelName", "XMin", "XMax", "YMin", "YMax")
_GROUP = "IsGroupOf"
_MOST_OF_BOXES = 1000  # the published table for boxes names 601 classes, that of image labels 20,000


def recognise(tree: Tree) -> str | None:
    """A table with those columns."""
    if not _tables(tree):
        return f"no .csv has the columns {', '.join(_COLUMNS)}"
    return None if tree.images else "there are no images"


def read(tree: Tree) -> Reading:
    """The images of one table; those that are not in the upload are left out and told, since few have them all."""
    tables = _tables(tree)
    if not tables:
        return Reading([], {TASK: {}}, faults=(Fault("the upload", f"no .csv has {', '.join(_COLUMNS)}"),))
    chosen = min(tables, key=lambda entry: worth(entry.name.rpartition("/")[2]))
    found = _Boxes(chosen, {PurePosixPath(image.name).stem: image for image in tree.images})
    found.read()
    names = dict(_names(tree))
    listed = [mid for mid in names if len(names) <= _MOST_OF_BOXES or mid in found.mids]
    mids = listed + sorted(found.mids - names.keys())
    numbers_of, known = {mid: number for number, mid in enumerate(mids)}, {}
    for image, boxes in found.boxes.items():
        things = Things(normalised=True)
        for mid, box, group in boxes:
            things.add(numbers_of[mid], box, crowd=group)
        known[image] = Noted(things, chosen.name)
    images = sorted((tree.files[name] for name in known), key=lambda image: image.name)
    if not images and not found.faults:
        found.faults.append(Fault(chosen.name, "none of its images is in the upload"))
    return Reading(
        images,
        {TASK: known},
        {TASK: [names.get(mid, mid) for mid in mids]} if mids else {},
        (*_warnings(tree, found, [entry for entry in tables if entry is not chosen]), *_narrowed(names, listed)),
        tuple(found.faults),
    )


@dataclass
class _Boxes:
    """``images``: by id; ``boxes``: class, box and whether it is a group, by the image's name."""

    entry: Entry
    images: dict[str, Entry]
    boxes: dict[str, list[tuple[str, tuple[float, float, float, float], bool]]] = field(default_factory=dict)
    mids: set[str] = field(default_factory=set)
    missing: dict[str, None] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def read(self) -> None:
        """Every row."""
        header, *rows = lines(self.entry) or [""]
        columns = header.split(",")
        for number, row in enumerate(rows, 2):
            if row:
                try:
                    self._take(dict(zip(columns, _cells(row), strict=False)))
                except ValueError as wrong:
                    self.faults.append(Fault(self.entry.name, str(wrong), number))

    def _take(self, row: dict[str, str]) -> None:
        absent = [name for name in _COLUMNS if not row.get(name)]
        if absent:
            raise ValueError(f"has no {', '.join(absent)}")
        left, right, top, bottom = numbers((row[name] for name in _COLUMNS[2:]), "XMin, XMax, YMin and YMax")
        box = within(left, top, right, bottom)
        image = self.images.get(row["ImageID"])
        if image is None:
            self.missing[row["ImageID"]] = None
            return
        self.mids.add(row["LabelName"])
        self.boxes.setdefault(image.name, []).append((row["LabelName"], box, row.get(_GROUP) == "1"))


def _tables(tree: Tree) -> list[Entry]:
    return [entry for entry in _csvs(tree) if set(_COLUMNS) <= set(next(iter(lines(entry)), "").split(","))]


def _csvs(tree: Tree) -> list[Entry]:
    return [entry for name, entry in tree.files.items() if suffix(name) == ".csv"]


def _names(tree: Tree) -> Iterator[tuple[str, str]]:
    """Of every row of tables with two columns, the first of which is an id of a class."""
    for entry in _csvs(tree):
        for row in lines(entry):
            cells = _cells(row)
            if len(cells) == 2 and cells[0].startswith("/"):
                yield cells[0], cells[1]


def _cells(row: str) -> list[str]:
    return next(csv.reader([row]), [])


def _narrowed(names: dict[str, str], listed: list[str]) -> list[str]:
    if len(listed) == len(names):
        return []
    return [
        f"Of the {len(names)} classes that are named, the {len(listed)} that have a box are the dataset's. Bring the "
        "table of the classes of boxes alone (class-descriptions-boxable.csv) to number them as a model does."
    ]


def _warnings(tree: Tree, found: _Boxes, others: list[Entry]) -> tuple[str, ...]:
    warnings = []
    if others:
        warnings.append(f"{found.entry.name} was read; left out were {some([entry.name for entry in others])}")
    if found.missing:
        warnings.append(
            f"{len(found.missing)} images of {found.entry.name} are not in the upload: {some(list(found.missing))}"
        )
    unlisted = [image.name for image in tree.images if image.name not in found.boxes]
    if unlisted:
        warnings.append(f"{len(unlisted)} images are not in {found.entry.name}, so left out: {some(unlisted)}")
    return tuple(warnings)
