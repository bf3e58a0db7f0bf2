"""Masks of things: of outlines, once it is known that the picture has the size they were drawn on, and of pictures.

Polygons are filled by pycocotools, so that a pixel at an edge is counted as everybody counts it. It is given numbers
that have been checked, and never a stranger's run lengths: those are decoded here.
"""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.dataset.masks import class_map
from workbench.dataset.reading.coding import IGNORED, Objects
from workbench.dataset.reading.outlines import Outline, Outlines, read_counts
from workbench.tasks.instance_segmentation.patch import Patch


def drawn(outlines: Outlines, width: int, height: int) -> dict[str, Any]:
    """The annotation of a picture of that size as the task's JSON. Raises ValueError in words for another size."""
    if outlines.size != (width, height):
        told = "×".join(map(str, outlines.size))
        raise ValueError(f"its masks are drawn on {told} pixels, the image has {width}×{height}")
    return {"size": [width, height], "instances": [_instance(thing, outlines.size) for thing in outlines.things]}


def taken_apart(objects: Objects) -> dict[str, Any]:
    """The annotation that two pictures are, as the task's JSON. Raises ValueError in words."""
    numbers, classes = class_map(objects.numbers), class_map(objects.classes)
    height, width = numbers.shape
    if numbers.shape != classes.shape:
        raise ValueError(f"it is {width}×{height}, {objects.classes.file} {classes.shape[1]}×{classes.shape[0]} pixels")
    found = []
    for number in np.unique(numbers):
        if number not in (0, IGNORED):
            inside = numbers == number
            label = _class(int(number), np.unique(classes[inside]).tolist(), objects)
            found.append({"class": label, "mask": Patch.of(inside).to_json()})
    return {"size": [width, height], "instances": found}


def _class(number: int, met: list[int], objects: Objects) -> int:
    """Of the object with that number, by the classes that its pixels have."""
    labels = [label for label in met if label != IGNORED]
    names = objects.classes.coding.classes
    if len(labels) != 1 or labels[0] < objects.background:
        there = " and ".join(names[label] for label in labels[:5]) or "no class"
        raise ValueError(
            f"the pixels of object {number} are of {there} in {objects.classes.file}; one class of things is needed"
        )
    return labels[0] - objects.background


def _instance(thing: Outline, size: tuple[int, int]) -> dict[str, Any]:
    mask = _filled(thing.polygons, size) if thing.runs is None else _run(thing.runs, size)
    found: dict[str, Any] = {"class": thing.class_id, "mask": Patch.of(mask).to_json()}
    if thing.area is not None:
        found["area"] = thing.area
    return found | ({"crowd": True} if thing.crowd else {})


def _filled(polygons: tuple[array[float], ...], size: tuple[int, int]) -> NDArray[np.bool_]:
    from pycocotools import mask  # a dataset without masks does without

    width, height = size
    runs = mask.merge(mask.frPyObjects([list(polygon) for polygon in polygons], height, width))
    return _run(array("q", read_counts(runs["counts"].decode()) or [width * height]), size)


def _run(runs: array[int], size: tuple[int, int]) -> NDArray[np.bool_]:
    inside = np.arange(len(runs)) % 2 == 1
    return np.repeat(inside, np.frombuffer(runs, np.int64)).reshape(size[0], size[1]).T
