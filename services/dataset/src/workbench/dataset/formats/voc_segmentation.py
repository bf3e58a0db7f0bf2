"""Pascal VOC, its masks: `JPEGImages/` and `SegmentationClass/` side by side, at any depth.

`ImageSets/Segmentation/` has lists of what belongs together, of which the first of `val.txt`, `test.txt`, `train.txt`
and `trainval.txt` counts that names a mask; without one there, `ImageSets/` itself is looked at; without any list every
pair counts. Masks have VOC's palette, its colours, or ids; `labelmap.txt` (`name:r,g,b:…`) or `dataset_meta.json` tells
other classes than VOC's 21. What is 255, or of the colour 224,224,192, is ignored. Where `SegmentationObject/` lies
beside, it tells things apart (1, 2, 3 … of an image), and `SegmentationClass/` of which class each is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from workbench.archives.entries import Entry
from workbench.dataset.reading import outlines
from workbench.dataset.reading.classes import META_NAME, Classes, read_labelmap, read_meta
from workbench.dataset.reading.coding import MOST_CLASSES, Coding, Color, Mask, Objects, numbered, voc_color
from workbench.dataset.reading.found import Fault, Reading, some
from workbench.dataset.reading.pairs import PARTS, TASK, Pairs, reading
from workbench.dataset.upload.tree import Tree, suffix

NAME = "voc-segmentation"
TASKS: tuple[str, ...] = (outlines.TASK, TASK)

_IMAGES, _MASKS, _OBJECTS, _LISTS = "JPEGImages/", "SegmentationClass/", "SegmentationObject/", "ImageSets/"
_BACKGROUND = "background"
# A number is the index of a palette, or VOC's colour of that number.
_NUMBERS = Coding(
    list(map(str, range(MOST_CLASSES))),
    numbered(MOST_CLASSES),
    {voc_color(number): number for number in range(MOST_CLASSES + 1)},
)
_IGNORED = ("ignored",)
_BORDER: Color = (224, 224, 192)
VOC_NAMES = [
    "background",
    "aeroplane",
    "bicycle",
    "bird",
    "boat",
    "bottle",
    "bus",
    "car",
    "cat",
    "chair",
    "cow",
    "diningtable",
    "dog",
    "horse",
    "motorbike",
    "person",
    "pottedplant",
    "sheep",
    "sofa",
    "train",
    "tvmonitor",
]


def recognise(tree: Tree) -> str | None:
    """Images and masks in VOC's folders; whether boxes lie beside them is no matter."""
    found = tops(tree, _IMAGES, _MASKS)
    if not found:
        return f"no folder has {_IMAGES} and {_MASKS} in it"
    return None if any(below(tree, top + _MASKS) for top in found) else f"{found[0]}{_MASKS} holds no masks"


def read(tree: Tree) -> Reading:
    """The listed pairs of the only such folder."""
    found = tops(tree, _IMAGES, _MASKS)
    if len(found) != 1:
        there = ", ".join(top or "the root" for top in found[:5]) or "no folder"
        fault = Fault("the upload", f"one folder with {_IMAGES} and {_MASKS} in it is needed; there is {there}")
        return Reading([], {TASK: {}}, faults=(fault,))
    [top] = found
    pairs = Pairs.keyed(below(tree, top + _IMAGES), below(tree, top + _MASKS), lambda name: key_of(name, top))
    chosen = _list(tree, top, pairs)
    keys = pairs.listed(chosen) if chosen else pairs.all()
    classes = _classes(tree, top)
    masks = reading(pairs, keys, classes.coding(_IGNORED, _BORDER), classes.faults)
    objects = {key_of(entry.name, top): entry for entry in below(tree, top + _OBJECTS)}
    return _with_objects(masks, objects, top) if objects else masks


def _with_objects(found: Reading, objects: Mapping[str, Entry], top: str) -> Reading:
    """Things, in those of the images that they are told apart in. They are of the classes but the background."""
    masks = {name: mask for name, mask in found.annotations[TASK].items() if isinstance(mask, Mask)}
    names = found.classes[TASK]
    first = int(names[:1] == [_BACKGROUND])
    known = {
        name: Objects(Mask(objects[key], _NUMBERS), mask, first)
        for name, mask in masks.items()
        if (key := key_of(name, top)) in objects
    }
    if not known:
        return found
    without = [name for name in masks if name not in known]
    told = f"{len(without)} images have no mask in {top}{_OBJECTS}, so they serve no instance segmentation: "
    return replace(
        found,
        annotations={outlines.TASK: known, TASK: masks},
        classes={outlines.TASK: names[first:], TASK: names},
        warnings=(*found.warnings, *([told + some(without)] if without else [])),
    )


def tops(tree: Tree, *inside: str) -> list[str]:
    """The folders with all of these in them, each with a slash behind it, "" for the root."""

    def parents(folder: str) -> set[str]:
        return {each[: -len(folder)] for each in map("{}/".format, tree.folders) if f"/{each}".endswith(f"/{folder}")}

    return sorted(set.intersection(*map(parents, inside)))


def below(tree: Tree, prefix: str) -> list[Entry]:
    """The images in that folder, at any depth."""
    return [image for image in tree.images if image.name.startswith(prefix)]


def key_of(name: str, top: str) -> str:
    """The path below its folder, without the suffix: what a line of a list is."""
    return name.removeprefix(top).partition("/")[2].rpartition(".")[0]


def _list(tree: Tree, top: str, pairs: Pairs) -> Entry | None:
    """The first that names a mask; when none does, the first, whose lines then are at fault."""
    lists = list(_lists(tree, top + _LISTS))
    chosen = next((entry for entry in lists if pairs.has_a_mask(entry)), lists[0] if lists else None)
    passed = lists[: lists.index(chosen)] if chosen else []
    pairs.warnings += [f"{entry.name} names no image that has a mask, so it was passed over" for entry in passed]
    return chosen


def _lists(tree: Tree, folder: str) -> Iterator[Entry]:
    """By what they are worth; any other list of masks comes behind those of the usual names."""
    usual = [f"{place}{part}.txt" for place in (f"{folder}Segmentation/", folder) for part in PARTS]
    others = [name for name in tree.files if name.startswith(f"{folder}Segmentation/") and suffix(name) == ".txt"]
    return (tree.files[name] for name in dict.fromkeys([*usual, *others]) if name in tree.files)


def description(tree: Tree, top: str) -> Entry | None:
    """The file that tells the classes, beside the folders or in the root."""
    return next(
        (
            tree.files[place + name]
            for name in ("labelmap.txt", META_NAME)
            for place in (top, "")
            if place + name in tree.files
        ),
        None,
    )


def _classes(tree: Tree, top: str) -> Classes:
    """As a file beside the folders or in the root tells them, else VOC's."""
    file = description(tree, top)
    if file is None:
        return Classes("", VOC_NAMES, [voc_color(label) for label in range(len(VOC_NAMES))])
    if file.name.endswith(META_NAME):
        found = read_meta(file)
        return Classes(
            found.file, found.names, found.colors or list(map(voc_color, range(len(found.names)))), found.faults
        )
    return read_labelmap(file)
