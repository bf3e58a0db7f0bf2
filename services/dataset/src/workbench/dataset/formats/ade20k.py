"""ADE20K as its challenge of scene parsing arranges it: `images/<part>/*.jpg` and `annotations/<part>/*.png`.

`objectInfo150.txt`, at any depth, names the classes: a number, from 1, first in each line and the name last. A mask
holds these numbers, and 0 is ignored. Of the parts `validation`, `test` and `training` the first that has masks counts.
"""

from __future__ import annotations

from workbench.archives.entries import Entry
from workbench.dataset.formats.voc_segmentation import below, key_of, tops
from workbench.dataset.reading.coding import IGNORED, MOST_CLASSES, Coding
from workbench.dataset.reading.found import Fault, Reading, some
from workbench.dataset.reading.pairs import TASK, Pairs, reading
from workbench.dataset.reading.parts import worth
from workbench.dataset.reading.texts import lines
from workbench.dataset.upload.tree import Tree, folder_of

NAME = "ade20k"
TASKS: tuple[str, ...] = (TASK,)

_IMAGES, _MASKS, _NAMES = "images/", "annotations/", "objectinfo150.txt"
_EXPECTED = "expected a number, in turn from 1, first in each line and the name of the class last, with tabs between"


def recognise(tree: Tree) -> str | None:
    """Masks beside the images, and the text that names their classes."""
    if not any(below(tree, top + _MASKS) for top in tops(tree, _IMAGES, _MASKS)):
        return f"no folder has {_IMAGES} and {_MASKS} with images in both"
    return None if _names(tree) else "there is no objectInfo150.txt, which names ADE20K's classes"


def read(tree: Tree) -> Reading:
    """The pairs of one part."""
    found, named = tops(tree, _IMAGES, _MASKS), _names(tree)
    if len(found) != 1 or named is None:
        wanted = f"one folder with {_IMAGES} and {_MASKS} in it, and an objectInfo150.txt, are needed"
        return Reading([], {TASK: {}}, faults=(Fault("the upload", wanted),))
    [top] = found
    masks = below(tree, top + _MASKS)
    part = min((_part(mask) for mask in masks), key=worth, default="")
    pairs = Pairs.keyed(
        [each for each in below(tree, top + _IMAGES) if _part(each) == part],
        [each for each in masks if _part(each) == part],
        lambda name: key_of(name, top),
    )
    if others := [each.name for each in masks if _part(each) != part]:
        pairs.warnings.append(f"{len(others)} masks are of other parts than {part}, so left out: {some(others)}")
    names, faults = _classes(named)
    values = {0: IGNORED, IGNORED: IGNORED, **{number: label for label, number in enumerate(range(1, len(names) + 1))}}
    return reading(pairs, pairs.all(), Coding(names, values), faults)


def _part(entry: Entry) -> str:
    return folder_of(entry.name).rpartition("/")[2].lower()


def _names(tree: Tree) -> Entry | None:
    return next((entry for name, entry in tree.files.items() if name.rpartition("/")[2].lower() == _NAMES), None)


def _classes(entry: Entry) -> tuple[list[str], list[Fault]]:
    """Their names in the order of their numbers, less one, and what is wrong with the text."""
    names, faults = list[str](), list[Fault]()
    for number, row in enumerate(lines(entry), 1):
        first, *others = [word.strip() for word in row.split("\t")]
        if not row or (not names and not first.isdigit()):
            continue  # the heading
        if first != str(len(names) + 1) or not others or not others[-1]:
            faults.append(Fault(entry.name, f"{_EXPECTED}, not {row[:80]!r}", number))
            break
        names.append(others[-1])
    if not faults and not 1 <= len(names) < MOST_CLASSES:
        faults.append(Fault(entry.name, f"it names {len(names)} classes, of 1 to {MOST_CLASSES - 1}; {_EXPECTED}"))
    return names, faults
