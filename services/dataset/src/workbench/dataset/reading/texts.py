"""Text files of an upload, line by line: lists of labelled images, and the names of classes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workbench.archives.entries import Entry
from workbench.dataset.reading.found import Fault
from workbench.dataset.upload.tree import Tree, is_image

# A list of ImageNet's 1.3 million training images is 45 MB.
LARGEST_TEXT_BYTES = 64 * 2**20

_NAMES_STEMS = ("synset", "label", "class", "names", "categories")
_WNID = re.compile(r"(n[0-9]{8})\s+(.+)")


@dataclass(frozen=True)
class ClassNames:
    """The classes' names in label order, and per name the words of its line that may name a folder."""

    file: str
    names: list[str]
    keys: list[set[str]]
    faults: tuple[Fault, ...] = ()


def lines(entry: Entry) -> list[str]:
    """The file's lines without surrounding blanks; what is not UTF-8 becomes U+FFFD. Too large: none."""
    if entry.size > LARGEST_TEXT_BYTES:
        return []
    # Not splitlines(): it also breaks at form feeds and the like, and the numbers would not be an editor's.
    return [line.strip() for line in entry.read().decode("utf-8-sig", "replace").split("\n")]


def label_lists(tree: Tree) -> list[Entry]:
    """The texts of the root that give images labels; an empty one only when no other does."""
    full = [entry for entry in tree.root_texts if _is_label_list(lines(entry))]
    blank = [e for e in tree.root_texts if not any(lines(e)) and not _may_hold_names(e.name)]
    return full or blank


def class_names(tree: Tree) -> list[Entry]:
    """The texts of the root that name the classes, one a line."""
    return [e for e in tree.root_texts if _may_hold_names(e.name) and not _is_label_list(lines(e))]


def read_class_names(entry: Entry) -> ClassNames:
    """Parse ``name`` or ``n01440764 name`` lines; a blank line between others is a fault."""
    names, keys, faults = [], [], []
    rows = lines(entry)
    while rows and not rows[-1]:
        rows.pop()
    for number, row in enumerate(rows, 1):
        if not row or "\ufffd" in row:
            faults.append(Fault(entry.name, f"class {number - 1} has no name (blank, or not UTF-8)", number))
        wnid = _WNID.fullmatch(row)
        names.append(wnid[2] if wnid else row)
        keys.append({row, wnid[1], wnid[2]} if wnid else {row})
    if not rows:
        faults.append(Fault(entry.name, "the file of class names is empty; one name a line is expected"))
    return ClassNames(entry.name, names, keys, tuple(faults))


def _may_hold_names(name: str) -> bool:
    return name.lower().startswith(_NAMES_STEMS)


def _is_label_list(rows: list[str]) -> bool:
    """Most of the first ten lines are one image, then something that is none (pairs have two images)."""
    first = [row for row in rows if row][:10]
    return bool(first) and 2 * sum(map(_gives_a_label, first)) > len(first)


def _gives_a_label(row: str) -> bool:
    *name, label = row.split()
    return [is_image(word) for word in name].count(True) == 1 and is_image(name[-1]) and not is_image(label)
