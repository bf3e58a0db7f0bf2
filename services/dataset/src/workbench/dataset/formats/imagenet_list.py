"""Images anywhere, and one list in the root: ``<file> <label id>`` a line, or a table of the two.

A text of class names (``synsets.txt``, ``synset_words.txt``, ``labels.txt`` …) may lie beside it; its line
numbers, from 0, are the label ids. Without one ``dataset_meta.json`` in the root may tell them: ``label_map`` (id to
name) or ``labels``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from workbench.dataset.reading.classes import META_NAME, read_meta
from workbench.dataset.reading.finder import Finder
from workbench.dataset.reading.found import Fault, Noted, Reading, some
from workbench.dataset.reading.label_rows import EXPECTED, is_heading, parted
from workbench.dataset.reading.texts import class_names, label_lists, lines, read_class_names
from workbench.dataset.upload.tree import Tree

NAME = "imagenet-list"
TASK = "classification"
TASKS: tuple[str, ...] = (TASK,)

# Ten times the classes of ImageNet-21k: a greater id is a slip, and the length of someone's array.
LARGEST_LABEL = 200_000


def recognise(tree: Tree) -> str | None:
    """One list in the root."""
    lists = label_lists(tree)
    if not lists:
        return "no text in the root has lines `<file> <label id>`"
    if len(lists) > 1:
        return f"{' and '.join(entry.name for entry in lists)} both look like its list; keep one"
    return None if tree.images or any(lines(lists[0])) else "there are no images"


def read(tree: Tree) -> Reading:
    """The listed images; every line at fault is named."""
    lists = label_lists(tree)
    if len(lists) != 1:
        reason = f"exactly one .txt in the root must list the labels, not {len(lists)}"
        return Reading([], {TASK: {}}, faults=(Fault(lists[0].name if lists else "the root", reason),))
    names = [read_class_names(entry) for entry in class_names(tree)]
    meta = read_meta(tree.files[META_NAME], masks=False) if META_NAME in tree.files and not names else None
    labels = names[0].names if names else meta.names if meta else None
    listing = _Listing(lists[0].name, tree, len(labels) if labels else LARGEST_LABEL + 1)
    listing.read(lines(lists[0]))
    faults = [*(fault for each in names for fault in each.faults), *(meta.faults if meta else ()), *listing.faults]
    if len(names) > 1:
        faults.append(Fault(names[1].file, f"{names[0].file} names the classes, too; keep one of the two"))
    known = {
        name: Noted({"label": label}, listing.file, line) for name, (label, line) in sorted(listing.labels.items())
    }
    return Reading(
        [tree.files[name] for name in known],
        {TASK: known},
        {TASK: labels} if labels else {},
        _unlisted(tree, listing),
        tuple(faults),
    )


@dataclass
class _Listing:
    """The list while it is read: ``labels`` maps an image to its label and the line that gave it."""

    file: str
    tree: Tree
    label_count: int
    labels: dict[str, tuple[int, int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    repeated: int = 0

    def read(self, rows: list[str]) -> None:
        finder = Finder(self.tree)
        heading = next((number for number, row in enumerate(rows, 1) if row), 0)
        for number, row in enumerate(rows, 1):
            if row and not (number == heading and is_heading(row)):
                try:
                    self._take(row, number, finder)
                except ValueError as wrong:
                    self.faults.append(Fault(self.file, str(wrong), number))
        if not any(rows):
            self.faults.append(Fault(self.file, f"the list is empty (or over 64 MB); {EXPECTED} lines"))

    def _take(self, row: str, number: int, finder: Finder) -> None:
        if "\ufffd" in row:
            raise ValueError("the line is not UTF-8; save the list in UTF-8")
        words = parted(row)
        if words is None:
            raise ValueError(f"{EXPECTED}, not {row[:80]!r}")
        image, label = finder.find(words[0]), self._label(words[1])
        if image.name not in self.labels:
            self.labels[image.name] = (label, number)
            return
        earlier, line = self.labels[image.name]
        if earlier != label:
            raise ValueError(f"{words[0]} has label {label} here and {earlier} in line {line}")
        self.repeated += 1

    def _label(self, word: str) -> int:
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", word):
            raise ValueError(f"the label {word[:40]!r} is not a whole number; {EXPECTED}")
        label = int(word)
        if not 0 <= label < self.label_count:
            from_one = "; ids count from 0: if yours count from 1, subtract 1" if label == self.label_count else ""
            raise ValueError(f"the label {label} is outside 0 to {self.label_count - 1}{from_one}")
        return label


def _unlisted(tree: Tree, listing: _Listing) -> tuple[str, ...]:
    warnings = []
    unlisted = [image.name for image in tree.images if image.name not in listing.labels]
    if unlisted and not listing.faults:
        warnings.append(f"{len(unlisted)} images are not in {listing.file}, so left out: {some(unlisted)}")
    ids = {label for label, _ in listing.labels.values()}
    if len(ids) > 1 and 0 not in ids and not listing.faults:
        warnings.append(
            f"No image has the label 0, the least is {min(ids)}: ids count from 0; if those of "
            f"{listing.file} count from 1, subtract 1, or every answer is judged by its neighbour's."
        )
    if listing.repeated:
        warnings.append(f"{listing.repeated} lines of {listing.file} repeat an earlier one")
    return tuple(warnings)
