"""Cityscapes: `gtFine/<part>/<city>/*_gtFine_labelIds.png`, images `*_leftImg8bit.png` in a tree of the same shape.

The 19 classes that Cityscapes evaluates are read; every other pixel is ignored. Where `labelIds` are missing,
`instanceIds`, `labelTrainIds` or `color` serve. Of the parts `val`, `train` and `test` the first that has masks counts.
"""

from __future__ import annotations

import re

from workbench.archives.entries import Entry
from workbench.dataset.reading.coding import IGNORED, Coding, Color, numbered
from workbench.dataset.reading.found import Reading, some
from workbench.dataset.reading.pairs import TASK, Pairs, reading
from workbench.dataset.upload.tree import Tree

NAME = "cityscapes"
TASKS: tuple[str, ...] = (TASK,)

# Of the test part only masks that ignore everything are public.
_PARTS = ("val", "train", "test")
_MASK = re.compile(r"(?:.*/)?([^/]+)_gtFine_(labelIds|instanceIds|labelTrainIds|color)\.png")
_IMAGE = re.compile(r"(?:.*/)?([^/]+)_leftImg8bit\.[a-z]+", re.IGNORECASE)
# Name, id and colour of the classes that are evaluated, in the order of their train ids.
_CLASSES: tuple[tuple[str, int, Color], ...] = (
    ("road", 7, (128, 64, 128)),
    ("sidewalk", 8, (244, 35, 232)),
    ("building", 11, (70, 70, 70)),
    ("wall", 12, (102, 102, 156)),
    ("fence", 13, (190, 153, 153)),
    ("pole", 17, (153, 153, 153)),
    ("traffic light", 19, (250, 170, 30)),
    ("traffic sign", 20, (220, 220, 0)),
    ("vegetation", 21, (107, 142, 35)),
    ("terrain", 22, (152, 251, 152)),
    ("sky", 23, (70, 130, 180)),
    ("person", 24, (220, 20, 60)),
    ("rider", 25, (255, 0, 0)),
    ("car", 26, (0, 0, 142)),
    ("truck", 27, (0, 0, 70)),
    ("bus", 28, (0, 60, 100)),
    ("train", 31, (0, 80, 100)),
    ("motorcycle", 32, (0, 0, 230)),
    ("bicycle", 33, (119, 11, 32)),
)
_NAMES = [name for name, _, _ in _CLASSES]
_IDS = {
    **dict.fromkeys(range(34), IGNORED),
    IGNORED: IGNORED,
    **{number: label for label, (_, number, _) in enumerate(_CLASSES)},
}
# Those of ids 1 to 16, 18, 29 and 30, and of the licence plate, which are not evaluated.
_OTHER_COLORS: tuple[Color, ...] = (
    (0, 0, 0),
    (111, 74, 0),
    (81, 0, 81),
    (250, 170, 160),
    (230, 150, 140),
    (180, 165, 180),
    (150, 100, 100),
    (150, 120, 90),
    (0, 0, 90),
    (0, 0, 110),
)
# By what tells most; an instance is its class's id × 1000 and a number.
_CODINGS = {
    "labelIds": Coding(_NAMES, _IDS),
    "instanceIds": Coding(_NAMES, _IDS | {number: _IDS[number // 1000] for number in range(1000, 34_000)}),
    "labelTrainIds": Coding(_NAMES, numbered(len(_CLASSES))),
    "color": Coding(
        _NAMES,
        colors={
            **dict.fromkeys(_OTHER_COLORS, IGNORED),
            **{color: label for label, (_, _, color) in enumerate(_CLASSES)},
        },
    ),
}


def recognise(tree: Tree) -> str | None:
    """Files of these names."""
    masks = any(map(_MASK.fullmatch, tree.files))
    return None if masks else "no file is called *_gtFine_labelIds.png or the like"


def read(tree: Tree) -> Reading:
    """The pairs of one part, from one kind of mask."""
    kind, masks = _masks(tree)
    images = [image for image in tree.images if _IMAGE.fullmatch(image.name)]
    part = next((part for part in _PARTS if _of(part, masks)), None)
    pairs = Pairs.keyed(_of(part, images), _of(part, masks), _key)
    others = [each.name for each in (*images, *masks) if not _of(part, [each])]
    if others:
        pairs.warnings.append(f"{len(others)} images and masks are not in {part}/, so left out: {some(others)}")
    return reading(pairs, pairs.all(), _CODINGS[kind])


def _masks(tree: Tree) -> tuple[str, list[Entry]]:
    """Those of the kind that tells most, and which that is."""
    matched = [(image, found[2]) for image in tree.images if (found := _MASK.fullmatch(image.name))]
    kind = next((kind for kind in _CODINGS if any(each == kind for _, each in matched)), "labelIds")
    return kind, [image for image, each in matched if each == kind]


def _of(part: str | None, entries: list[Entry]) -> list[Entry]:
    """Those in the folder of the part; all of them where there are no parts."""
    return [each for each in entries if part is None or part in each.name.split("/")[:-1]]


def _key(name: str) -> str:
    """City, sequence and frame."""
    matched = _MASK.fullmatch(name) or _IMAGE.fullmatch(name)
    assert matched is not None, "only files of these names are paired"
    return matched[1]
