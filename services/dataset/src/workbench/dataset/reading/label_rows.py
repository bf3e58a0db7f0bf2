"""Rows that give an image its label, as people and tools write them: ``a b.jpg 3``, ``a.jpg,3``, ``"a.jpg";3`` …"""

from __future__ import annotations

import re

from workbench.dataset.upload.tree import Tree, is_image

EXPECTED = "expected `<file> <label id>`"

# The label is the last word behind a blank, a tab, a comma or a semicolon; names may have any of them inside.
_ROW = re.compile(r"""(?P<name>"[^"]+"|'[^']+'|.+?)\s*[\s,;]\s*(?P<label>[^\s,;]+)""")
_WORDS = re.compile(r"[\s,;]+")
_ID = re.compile(r"[+-]?[0-9]+")
_HEADINGS = {"label", "labels", "class", "classes", "id", "category", "target", "label_id", "class_id", "category_id"}


def parted(row: str) -> tuple[str, str] | None:
    """The image and the label of a row, without their quotes; None where there are no two parts."""
    found = _ROW.fullmatch(row)
    return (_unquoted(found["name"]), _unquoted(found["label"])) if found else None


def is_heading(row: str) -> bool:
    """Whether the row says what its columns are, as the first one of a table does."""
    both = parted(row)
    return both is not None and both[1].lower() in _HEADINGS and not is_image(both[0])


def gives_labels(tree: Tree, rows: list[str]) -> bool:
    """Most of the first ten lines are one image, then something that is none (pairs have two images)."""
    first = _first(rows)
    return bool(first) and 2 * sum(_gives_a_label(tree, row) for row in first) > len(first)


def names_images(tree: Tree, rows: list[str]) -> bool:
    """Most of the first ten lines name one image of the upload by its suffix, too, whatever else they say of it."""
    first = _first(rows)
    return bool(first) and 2 * sum(_names_an_image(tree, row) for row in first) > len(first)


def _first(rows: list[str]) -> list[str]:
    full = [row for row in rows[:1000] if row]
    return full[1:11] if full and is_heading(full[0]) else full[:10]


def _gives_a_label(tree: Tree, row: str) -> bool:
    both = parted(row)
    if both is None or is_image(both[1]):
        return False
    name, label = both
    if is_image(name):
        return [is_image(word) for word in _WORDS.split(name)].count(True) == 1
    return bool(_ID.fullmatch(label)) and tree.has_image(name)


def _names_an_image(tree: Tree, row: str) -> bool:
    both = parted(row)
    possible = {_unquoted(row), *map(_unquoted, _WORDS.split(row)), *(both[:1] if both else ())}
    return len({name for name in possible if is_image(name) and tree.has_image(name)}) == 1


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 2 and text[0] == text[-1] and text[0] in "\"'" else text
