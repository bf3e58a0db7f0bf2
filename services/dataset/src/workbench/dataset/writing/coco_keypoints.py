"""COCO, its keypoints: images below `images/`, and `annotations/person_keypoints.json` with the points of each.

Each image is one face: its box is the whole image, all its points are labelled and seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.dataset.writing.coco import listed
from workbench.dataset.writing.layout import Archive, Source, below

NAME = "coco-keypoints"
TASK = "facial-landmarks"
TASKS: tuple[str, ...] = (TASK,)
MARKS: frozenset[str] = frozenset()

_FILE = "annotations/person_keypoints.json"
_SEEN = 2


def write(source: Source, archive: Archive) -> list[str]:
    """Images first: one file after the other."""
    most = 0
    for image, known in source.images():
        archive.copy(image, below("images", image.name))
        most = max(most, len(known[TASK]["points"]))
    with archive.text(_FILE) as put:
        put('{"info": {"description": "Written by DL Workbench"}, "licenses": [],\n"categories": ')
        listed(
            put,
            iter(
                [
                    {
                        "id": 1,
                        "name": "face",
                        "supercategory": "",
                        "skeleton": [],
                        "keypoints": [str(number) for number in range(most)],
                    }
                ]
            ),
        )
        put(',\n"images": ')
        listed(
            put,
            (
                {"id": number, "file_name": below("images", image.name), "width": image.width, "height": image.height}
                for number, (image, _) in enumerate(source.images(), 1)
            ),
        )
        put(',\n"annotations": ')
        listed(put, _faces(source))
        put("}\n")
    return []


def _faces(source: Source) -> Iterator[dict[str, Any]]:
    for number, (image, known) in enumerate(source.images(), 1):
        points = [each for x, y in known[TASK]["points"] for each in (x, y, _SEEN)]
        yield {
            "id": number,
            "image_id": number,
            "category_id": 1,
            "iscrowd": 0,
            "bbox": [0, 0, image.width, image.height],
            "area": image.width * image.height,
            "num_keypoints": len(points) // 3,
            "keypoints": points,
        }
