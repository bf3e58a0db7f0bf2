"""COCO: images below `images/`, and `annotations/instances.json` with boxes, areas, crowds and masks.

Masks are run lengths as plain numbers, which any reader of COCO understands and which hold each pixel; categories have
the ids of the classes plus one, since tools take 0 for the background.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from workbench.dataset.writing.layout import Annotations, Archive, Image, NotHeld, Source, below

NAME = "coco"
BOXES, MASKS = "object-detection", "instance-segmentation"
TASKS: tuple[str, ...] = (BOXES, MASKS)
MARKS = frozenset({"area", "crowd"})

_FILE = "annotations/instances.json"

Put = Callable[[str], object]


def write(source: Source, archive: Archive) -> list[str]:
    """Images first: one file after the other."""
    for image, _ in source.images():
        archive.copy(image, below("images", image.name))
    with archive.text(_FILE) as put:
        put('{"info": {"description": "Written by DL Workbench"}, "licenses": [],\n"categories": ')
        listed(put, ({"id": label, "name": name, "supercategory": ""} for label, name in enumerate(source.classes, 1)))
        put(',\n"images": ')
        listed(
            put,
            (
                {"id": number, "file_name": below("images", image.name), "width": image.width, "height": image.height}
                for number, (image, _) in enumerate(source.images(), 1)
            ),
        )
        put(',\n"annotations": ')
        listed(put, ({"id": number, **each} for number, each in enumerate(_all(source), 1)))
        put("}\n")
    return []


def listed(put: Put, elements: Iterator[dict[str, Any]]) -> None:
    """A JSON list, an element a line."""
    before = "[\n"
    for element in elements:
        put(before + json.dumps(element, ensure_ascii=False))
        before = ",\n"
    put("\n]" if before == ",\n" else "[]")


def _all(source: Source) -> Iterator[dict[str, Any]]:
    for number, (image, known) in enumerate(source.images(), 1):
        for element in _of(image, known):
            yield {"image_id": number, **element}


def _of(image: Image, known: Annotations) -> Iterator[dict[str, Any]]:
    """The boxes of one image, each with its mask where there is one; of masks alone those around them."""
    instances = known[MASKS]["instances"] if MASKS in known else None
    things = known[BOXES]["things"] if BOXES in known else [_boxed(instance) for instance in instances or ()]
    if instances is None:
        instances = [None] * len(things)
    elif [each["class"] for each in instances] != [thing["class"] for thing in things]:
        raise NotHeld(f"{image.name[:200]} has boxes and masks of different things; COCO says both of each thing.")
    for thing, instance in zip(things, instances, strict=True):
        left, top, right, bottom = thing["box"]
        width, height = right - left, bottom - top
        mask = {"segmentation": _runs(instance["mask"], image)} if instance else {}
        yield {
            "category_id": thing["class"] + 1,
            "bbox": [left, top, width, height],
            "area": thing.get("area", width * height),
            "iscrowd": int(thing.get("crowd", False)),
            **mask,
        }


def _boxed(instance: Mapping[str, Any]) -> dict[str, Any]:
    from workbench.tasks.instance_segmentation.patch import Patch

    patch = Patch.from_json(instance["mask"])
    width, height = patch.size
    return {
        "area": int(patch.pixels.sum()),
        **instance,
        "box": [patch.left, patch.top, patch.left + width, patch.top + height],
    }


def _runs(document: Mapping[str, Any], image: Image) -> dict[str, Any]:
    """How many pixels are out, in, out …, column by column."""
    import numpy as np  # these two decode: whoever only asks for the names does without
    from workbench.tasks.instance_segmentation.patch import Patch

    patch = Patch.from_json(document)
    pixels, whole = patch.pixels, np.zeros((image.height, image.width), bool)
    whole[patch.top : patch.top + pixels.shape[0], patch.left : patch.left + pixels.shape[1]] = pixels
    flat = whole.ravel(order="F")
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    counts = np.diff([0, *edges.tolist(), flat.size]).tolist()
    return {"size": [image.height, image.width], "counts": [0, *counts] if flat[0] else counts}
