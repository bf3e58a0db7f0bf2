"""Text files of an upload, line by line, and the names of classes in them."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from workbench.archives.entries import Entry
from workbench.dataset.reading.found import Fault
from workbench.dataset.reading.label_rows import gives_labels, names_images
from workbench.dataset.upload.tree import Tree, suffix

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
    data = entry.read()
    text = data.decode(_coding(data), "replace")
    # Not splitlines(): it also breaks at form feeds and the like, and the numbers would not be an editor's.
    # Excel's "Text (Macintosh)" ends lines as a Mac did once.
    return [line.strip() for line in text.split("\n" if "\n" in text else "\r")]


def _coding(data: bytes) -> str:
    """Notepad and Excel of Windows write UTF-16 when asked for Unicode, and a mark that says so; others forget it.

    UTF-8 has no byte that is 0; of UTF-16 one half of each letter, digit and blank of a list is, always the same.
    """
    # The mark of UTF-32 begins as that of UTF-16 does.
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    first, second = (0 in data[begin::2] for begin in (0, 1))
    if first != second:
        return "utf-16-be" if first else "utf-16-le"
    return "utf-8-sig"


def label_lists(tree: Tree) -> list[Entry]:
    """The texts of the root that give images labels; an empty one only when no other does."""
    full = [entry for entry in tree.root_texts if gives_labels(tree, lines(entry))]
    texts = [entry for entry in tree.root_texts if suffix(entry.name) == ".txt" and not may_hold_names(entry.name)]
    blank = [entry for entry in texts if not any(lines(entry))]
    return full or blank


def lists_without_labels(tree: Tree) -> list[Entry]:
    """The texts of the root that name its images, and of no label that is understood."""
    return [
        entry for entry in tree.root_texts if names_images(tree, lines(entry)) and not gives_labels(tree, lines(entry))
    ]


def class_names(tree: Tree) -> list[Entry]:
    """The texts of the root that name the classes, one a line."""
    return [e for e in tree.root_texts if may_hold_names(e.name) and not gives_labels(tree, lines(e))]


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


def may_hold_names(name: str) -> bool:
    """Whether a text of this name is one of the classes' names."""
    return name.lower().startswith(_NAMES_STEMS) and not name.lower().endswith((".csv", ".tsv"))
