"""LFW: below `images/` a folder for each person with `<person>_0001.jpg` and so on in it, and `annotations/pairs.txt`.

An image keeps the number that its name ends in, where it is called by its person and no other has it; the others are
numbered on. `pairs.txt` is in sets of as many pairs of one person as of two: where the folds of the dataset are not of
that kind, all pairs are one set.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from workbench.dataset.writing.layout import Archive, Image, NotHeld, Source

NAME = "lfw"
TASK = "face-recognition"
TASKS: tuple[str, ...] = (TASK,)
MARKS: frozenset[str] = frozenset()

_NUMBER = re.compile(r"_(\d{1,8})\.[^.]*")
_ONE_FOLD = "The folds of the pairs are not sets of as many pairs of one person as of two, so they are not kept."

Places = dict[str, tuple[str, int]]  # of an image: its person, and which of that person's


def write(source: Source, archive: Archive) -> list[str]:
    """Raises NotHeld for a face of nobody, and for a name that is no word."""
    places = _places(source)
    for image, _ in source.images():
        person, number = places[image.name]
        archive.copy(image, f"images/{person}/{person}_{number:04d}.{image.name.rpartition('.')[2]}")
    folds = Counter((pair["fold"], pair["same"]) for _, pair in _pairs(source))
    each, sets = folds[0, True], len({fold for fold, _ in folds})
    kept = each > 0 and all(folds[fold, same] == each for fold in range(sets) for same in (True, False))
    with archive.text("annotations/pairs.txt") as put:
        put(f"{sets}\t{each}\n" if kept else f"{max(1, folds.total())}\n")
        for fold, same in product(range(sets) if kept else [None], (True, False)):
            for image, pair in _pairs(source):
                if fold in (None, pair["fold"]) and pair["same"] is same:
                    put(_line(places[image.name], places[pair["other"]], same=same))
    return [] if kept or sets < 2 else [_ONE_FOLD]


def _pairs(source: Source) -> Iterator[tuple[Image, Mapping[str, Any]]]:
    return ((image, pair) for image, known in source.images() for pair in known[TASK]["pairs"])


def _line(first: tuple[str, int], second: tuple[str, int], *, same: bool) -> str:
    words = (*first, second[1]) if same else (*first, *second)
    return "\t".join(map(str, words)) + "\n"


def _places(source: Source) -> Places:
    found: Places = {}
    taken: dict[str, set[int]] = {}
    later: list[tuple[str, str]] = []
    for image, known in source.images():
        person = known[TASK]["identity"]
        if not person or len(person.split()) != 1 or "/" in person or not person.isprintable():
            raise NotHeld(
                f"{image.name[:200]} is a face of {str(person)[:80]!r}; LFW calls people by one word, which "
                "is a folder, too."
            )
        number = _NUMBER.fullmatch(image.name.rpartition("/")[2].removeprefix(person))
        mine = taken.setdefault(person, set())
        if number and int(number[1]) not in mine:
            mine.add(int(number[1]))
            found[image.name] = person, int(number[1])
        else:
            later.append((image.name, person))
    for name, person in later:
        number_on = max(taken[person], default=0) + 1
        taken[person].add(number_on)
        found[name] = person, number_on
    return found
