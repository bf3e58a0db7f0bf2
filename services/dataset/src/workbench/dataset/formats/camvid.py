"""CamVid as SegNet's tutorial arranges it: lists with lines `<image> <mask>`, the masks in `valannot/`, `testannot/` ….

Of `val.txt`, `test.txt`, `train.txt` and `trainval.txt`, at any depth, the first whose masks are there counts. Masks
hold the ids of 11 classes, and 11 is ignored; in colours they are read as CamVid's 32 classes, brought down to those
11. `dataset_meta.json` in the root tells other classes.
"""

from __future__ import annotations

from workbench.archives.entries import Entry
from workbench.dataset.formats.camvid_full import CLASSES
from workbench.dataset.reading.classes import META_NAME, Classes, read_meta
from workbench.dataset.reading.coding import IGNORED, Coding, numbered
from workbench.dataset.reading.finder import Finder
from workbench.dataset.reading.found import Fault, Reading, some
from workbench.dataset.reading.pairs import PARTS, TASK, Pairs, reading
from workbench.dataset.reading.texts import lines
from workbench.dataset.upload.tree import Tree, folder_of, is_image

NAME = "camvid"
TASKS: tuple[str, ...] = (TASK,)

_NAMES = [
    "Sky",
    "Building",
    "Pole",
    "Road",
    "Pavement",
    "Tree",
    "SignSymbol",
    "Fence",
    "Car",
    "Pedestrian",
    "Bicyclist",
]
_UNLABELLED = len(_NAMES)
_CODING = Coding(
    _NAMES,
    {**numbered(len(_NAMES)), _UNLABELLED: IGNORED},
    {color: _NAMES.index(group) if group else IGNORED for _, color, group in CLASSES},
    by_palette=False,
)
_EXPECTED = "expected `<image> <mask>`"


def recognise(tree: Tree) -> str | None:
    """A list of such pairs."""
    return None if _lists(tree) else "no list has lines `<image> <mask>` with masks in a folder called …annot"


def read(tree: Tree) -> Reading:
    """The pairs of one list."""
    lists = _lists(tree)
    if not lists:
        return Reading([], {TASK: {}}, faults=(Fault("the upload", f"no list of images and masks; {_EXPECTED} lines"),))
    finders = {entry.name: Finder(tree, folder_of(entry.name)) for entry in lists}
    chosen = next((entry for entry in lists if _has_a_mask(entry, finders[entry.name])), lists[0])
    pairs = _pairs(chosen, finders[chosen.name])
    _tell_others(tree, pairs, chosen)
    meta = _meta(tree)
    return reading(pairs, sorted(pairs.masks), meta.coding() if meta else _CODING, meta.faults if meta else ())


def _lists(tree: Tree) -> list[Entry]:
    there = [entry for part in PARTS for name, entry in tree.files.items() if name.rpartition("/")[2] == f"{part}.txt"]
    return [entry for entry in there if _has_pairs(entry)]


def _has_pairs(entry: Entry) -> bool:
    """Most of the first ten lines are one."""
    first = [row.split() for row in lines(entry) if row][:10]
    pairs = [row for row in first if len(row) == 2 and all(map(is_image, row)) and folder_of(row[1]).endswith("annot")]
    return bool(first) and 2 * len(pairs) > len(first)


def _has_a_mask(entry: Entry, finder: Finder) -> bool:
    return any(finder.knows(row.split()[-1]) for row in lines(entry) if row)


def _pairs(chosen: Entry, finder: Finder) -> Pairs:
    pairs, repeated = Pairs({}, {}), 0
    for number, row in enumerate(lines(chosen), 1):
        if not row:
            continue
        try:
            image, mask = _pair(row, finder)
            earlier = pairs.masks.setdefault(image.name, mask)
            if earlier is not mask:
                raise ValueError(f"{image.name} has the mask {mask.name} here and {earlier.name} before")
            repeated += image.name in pairs.images
            pairs.images[image.name] = image
        except ValueError as wrong:
            pairs.faults.append(Fault(chosen.name, str(wrong), number))
    if repeated:
        pairs.warnings.append(f"{repeated} lines of {chosen.name} repeat an earlier one")
    return pairs


def _pair(row: str, finder: Finder) -> tuple[Entry, Entry]:
    words = row.split()
    if len(words) != 2:
        raise ValueError(f"{_EXPECTED}, not {row[:80]!r}")
    return finder.find(words[0]), finder.find(words[1], "mask")


def _tell_others(tree: Tree, pairs: Pairs, chosen: Entry) -> None:
    listed = {entry.name for entries in (pairs.images, pairs.masks) for entry in entries.values()}
    others = [image.name for image in tree.images if image.name not in listed]
    if others and not pairs.faults:
        pairs.warnings.append(f"{len(others)} images and masks are not in {chosen.name}, so left out: {some(others)}")


def _meta(tree: Tree) -> Classes | None:
    return read_meta(tree.files[META_NAME]) if META_NAME in tree.files else None
