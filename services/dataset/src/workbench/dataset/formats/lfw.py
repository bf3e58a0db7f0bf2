"""LFW: a folder for each person, `<name>/<name>_0001.jpg`, and `pairs.txt` anywhere.

Its first line says how many sets there are and how many pairs of each kind in each (or the latter alone); lines `name 1
2` are two images of one person, `name 1 name 2` of two. Each set is a fold. Images in no pair are left out. Pairs count
only where both images fall into the part that is scored: give an upload to be scored the calibration percentage 0.
`landmarks.txt` (a path, then x and y of the eyes, the nose and the corners of the mouth) aligns the faces: they are
turned and scaled so that these points lie where recognition networks expect them. Without it images are taken as they
are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.archives.entries import Entry
from workbench.dataset.reading.faces import Point, numbers, pairs
from workbench.dataset.reading.finder import Finder
from workbench.dataset.reading.found import Aligned, Fault, Noted, Reading, some
from workbench.dataset.reading.texts import lines
from workbench.dataset.upload.tree import Tree, suffix
from workbench.imaging.preparation import IMAGE_SUFFIXES

NAME = "lfw"
TASKS: tuple[str, ...] = ("face-recognition",)

MOST_FAULTS = 100
_EXPECTED = "expected `name number number` or `name number name number`"
_LANDMARKS = "a path and ten numbers, x and y of eyes, nose and corners of the mouth"
_SUFFIXES = (".jpg", ".png", *sorted(IMAGE_SUFFIXES))


def recognise(tree: Tree) -> str | None:
    """Such a list."""
    return None if _lists(tree) else "no .txt begins with how many pairs there are, then lists `name 1 2`"


def read(tree: Tree) -> Reading:
    """The pairs of one list; every line at fault is named."""
    lists = _lists(tree)
    if not lists:
        return Reading([], {TASKS[0]: {}}, faults=(Fault("the upload", "there is no pairs.txt"),))
    chosen, finder = lists[0], Finder(tree)
    rows = lines(chosen)
    sets, each = _header(rows[0])
    images: dict[str, Entry] = {}
    known: dict[str, dict[str, Any]] = {}
    faults: list[Fault] = []
    listed = [(number, row.split()) for number, row in enumerate(rows[1:], 2) if row]
    for place, (number, words) in enumerate(listed):
        try:
            (one, first), (other, second), same = _pair(words, finder)
        except ValueError as wrong:
            faults.append(Fault(chosen.name, str(wrong), number))
            if len(faults) >= MOST_FAULTS:
                break
            continue
        for person, image in ((one, first), (other, second)):
            images[image.name] = image
            known.setdefault(image.name, {"identity": person, "pairs": []})
        fold = min(place // (2 * each), sets - 1)
        known[first.name]["pairs"].append({"other": second.name, "same": same, "fold": fold})
    notes = {name: Noted(document, chosen.name) for name, document in known.items()}
    points = _landmarks(tree, finder, faults)
    taken = [Aligned(name, images[name], points[name]) if name in points else images[name] for name in sorted(images)]
    return Reading(taken, {TASKS[0]: notes}, warnings=_warnings(tree, chosen, images, points), faults=tuple(faults))


def _lists(tree: Tree) -> list[Entry]:
    return [entry for name, entry in tree.files.items() if suffix(name) == ".txt" and _is_list(entry)]


def _is_list(entry: Entry) -> bool:
    first, *others = [row.split() for row in lines(entry) if row][:2] or [[]]
    numbered = 1 <= len(first) <= 2 and all(_is_number(word) for word in first)
    return numbered and bool(others) and len(others[0]) in (3, 4) and _is_number(others[0][1])


def _header(row: str) -> tuple[int, int]:
    """Sets, and pairs of a kind in each."""
    numbers = [max(1, int(word)) for word in row.split()]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (1, numbers[0])


def _pair(words: list[str], finder: Finder) -> tuple[tuple[str, Entry], tuple[str, Entry], bool]:
    if len(words) == 3:
        words = [words[0], words[1], words[0], words[2]]
        same = True
    elif len(words) == 4:
        same = False
    else:
        raise ValueError(f"{_EXPECTED}, not {' '.join(words)[:80]!r}")
    one, first, other, second = words
    if not (_is_number(first) and _is_number(second)):
        raise ValueError(f"{_EXPECTED}, not {' '.join(words)[:80]!r}")
    pair = _found(one, first, finder), _found(other, second, finder)
    if pair[0] is pair[1]:
        raise ValueError(f"{pair[0].name} is paired with itself")
    return (one, pair[0]), (other, pair[1]), same


def _found(name: str, number: str, finder: Finder) -> Entry:
    stem = f"{name}/{name}_{int(number):04d}"
    ending = next((each for each in _SUFFIXES if finder.knows(f"{stem}{each}")), _SUFFIXES[0])
    return finder.find(f"{stem}{ending}")


def _landmarks(tree: Tree, finder: Finder, faults: list[Fault]) -> dict[str, tuple[Point, ...]]:
    """By the name of the image; nothing without such a list. Lines at fault are added to the others."""
    found: dict[str, tuple[Point, ...]] = {}
    for entry in _landmark_lists(tree)[:1]:
        for number, row in enumerate(lines(entry), 1):
            if not row or len(faults) >= MOST_FAULTS:
                continue
            name, *words = row.split()
            try:
                found[finder.find(name).name] = tuple(pairs(numbers(words, 10, _LANDMARKS)))
            except ValueError as wrong:
                faults.append(Fault(entry.name, str(wrong), number))
    return found


def _landmark_lists(tree: Tree) -> list[Entry]:
    return [entry for name, entry in tree.files.items() if name.rpartition("/")[2] == "landmarks.txt"]


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= 9


def _warnings(tree: Tree, chosen: Entry, images: Mapping[str, Entry], points: Mapping[str, object]) -> tuple[str, ...]:
    found = []
    if left := [image.name for image in tree.images if image.name not in images]:
        found.append(f"{len(left)} images are in no pair of {chosen.name}, so left out: {some(left)}")
    if points:
        bare = [name for name in images if name not in points]
        left_so = f"; as they are: {some(bare)}" if bare else ""
        found.append(
            f"Faces are aligned by the points of {_landmark_lists(tree)[0].name}: "
            f"{len(images) - len(bare)} of {len(images)}{left_so}."
        )
    return tuple(found)
