"""Masks of things that other tools than COCO's write come out as the very masks that COCO's polygons give."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from workbench.dataset import ingest
from workbench.shards import read_annotations

MASKS, BOXES = "instance-segmentation", "object-detection"
SIZE = (20, 16)
TRIANGLE, HOUSE = [2.0, 1.0, 9.0, 1.0, 2.0, 9.0], [3.0, 15.0, 3.0, 8.0, 10.0, 2.0, 18.0, 8.0, 18.0, 15.0]

Kept = dict[str, dict[str, Any]]


@pytest.fixture
def kept(new_run: Callable) -> Callable[[dict[str, bytes]], tuple[Kept, Kept, list[str]]]:
    """``kept(files)``: what each image has of masks and of boxes, by its name alone, and the warnings."""

    def take(files: dict[str, bytes]) -> tuple[Kept, Kept, list[str]]:
        run = new_run(files)
        facts = ingest.run(run)
        found = [
            {Path(name).name: known for name, known in read_annotations(run.outputs, task).items()}
            for task in (MASKS, BOXES)
        ]
        return found[0], found[1], facts["warnings"]

    return take


def coco(*polygons: list[float]) -> bytes:
    """All in one image."""
    things = [
        {"id": n, "image_id": 1, "category_id": n, "bbox": box(polygon), "segmentation": [polygon]}
        for n, polygon in enumerate(polygons)
    ]
    return json.dumps(
        {
            "images": [{"id": 1, "file_name": "a.jpg", "width": SIZE[0], "height": SIZE[1]}],
            "categories": [{"id": n, "name": f"c{n}"} for n in range(len(polygons))],
            "annotations": things,
        }
    ).encode()


def box(polygon: list[float]) -> list[float]:
    across, down = polygon[::2], polygon[1::2]
    return [min(across), min(down), max(across) - min(across), max(down) - min(down)]


def test_outlines_of_yolo_are_those_of_coco(image: Callable, kept: Callable) -> None:
    rows = [
        f"{n} {' '.join(repr(value / SIZE[place % 2]) for place, value in enumerate(polygon))}\n"
        for n, polygon in enumerate((TRIANGLE, HOUSE))
    ]
    wanted = kept({"a.jpg": image(1), "instances.json": coco(TRIANGLE, HOUSE)})

    masks, boxes, _ = kept({"images/a.jpg": image(1), "labels/a.txt": "".join(rows).encode()})

    assert masks == wanted[0]
    assert [[round(side, 6) for side in thing["box"]] for thing in boxes["a.jpg"]["things"]] == [
        thing["box"] for thing in wanted[1]["a.jpg"]["things"]
    ]


def test_a_yolo_box_without_an_outline_serves_detection_alone(image: Callable, kept: Callable) -> None:
    files = {f"images/{name}.jpg": image(n) for n, name in enumerate("ab")}

    masks, boxes, warnings = kept(
        files
        | {
            "labels/a.txt": b"0 0.1 0.1 0.9 0.1 0.5 0.9\n",
            "labels/b.txt": b"0 0.1 0.1 0.9 0.1 0.5 0.9\n0 0.5 0.5 0.2 0.2\n",
        }
    )

    assert (masks.keys(), len(boxes["b.jpg"]["things"])) == ({"a.jpg"}, 2)
    assert "1 images have a box without an outline, so they serve no instance segmentation: images/b.jpg" in warnings


def test_polygons_of_cvat_are_those_of_coco(image: Callable, kept: Callable) -> None:
    polygons = "".join(
        f'<polygon label="c{n}" points="{pairs(polygon)}"/>' for n, polygon in enumerate((TRIANGLE, HOUSE))
    )
    document = f'<annotations><image id="0" name="a.jpg" width="20" height="16">{polygons}</image></annotations>'
    wanted = kept({"a.jpg": image(1), "instances.json": coco(TRIANGLE, HOUSE)})

    assert kept({"a.jpg": image(1), "annotations.xml": document.encode()})[:2] == wanted[:2]


def pairs(polygon: list[float]) -> str:
    return ";".join(f"{x},{y}" for x, y in zip(polygon[::2], polygon[1::2], strict=True))


@pytest.mark.parametrize("place", [(0, 0), (3, 2), (17, 14)])
def test_a_mask_of_cvat_is_read_row_by_row(image: Callable, kept: Callable, place: tuple[int, int]) -> None:
    left, top = place
    document = (
        f'<annotations><image id="0" name="a.jpg" width="20" height="16"><mask label="c" left="{left}" '
        f'top="{top}" width="3" height="2" rle="1, 3, 2"/></image></annotations>'
    )

    masks, boxes, _ = kept({"a.jpg": image(1), "annotations.xml": document.encode()})

    whole = [False] * (SIZE[0] * SIZE[1])
    for x, y in ((1, 0), (2, 0), (0, 1)):
        whole[(left + x) * SIZE[1] + top + y] = True
    runs, last = [0], False
    for pixel in whole:
        if pixel != last:
            runs.append(0)
            last = pixel
        runs[-1] += 1
    thing = {
        "id": 1,
        "image_id": 1,
        "category_id": 0,
        "bbox": [left, top, 3, 2],
        "segmentation": {"size": [16, 20], "counts": runs},
    }
    listed = json.loads(coco(TRIANGLE)) | {"annotations": [thing]}
    wanted = kept({"a.jpg": image(1), "instances.json": json.dumps(listed).encode()})
    assert (masks, boxes) == wanted[:2]


def test_a_track_of_cvat_gives_each_frame_its_shape(image: Callable, kept: Callable) -> None:
    shape = '<box frame="{}" outside="{}" xtl="{}" ytl="1" xbr="9" ybr="8"/>'
    track = "".join(shape.format(n, int(n == 1), n) for n in range(2)) + (
        '<polygon frame="2" outside="0" points="2,1;9,1;2,9"/>'
    )
    document = (
        "<annotations><meta><task><original_size><width>20</width><height>16</height></original_size></task>"
        f'</meta><track id="0" label="car">{track}</track></annotations>'
    )

    masks, boxes, warnings = kept(
        {f"images/frame_00000{n}.png": image(n, kind="PNG") for n in range(4)} | {"annotations.xml": document.encode()}
    )

    assert [len(boxes[f"frame_00000{n}.png"]["things"]) for n in range(4)] == [1, 0, 1, 0]
    assert masks.keys() == {"frame_000001.png", "frame_000002.png", "frame_000003.png"}
    assert any(told.startswith("1 images have a box without an outline") for told in warnings)


def test_other_shapes_of_cvat_are_left_out_and_told(image: Callable, kept: Callable) -> None:
    document = (
        '<annotations><image id="0" name="a.jpg" width="20" height="16"><box label="c" xtl="1" ytl="1" xbr="9" '
        'ybr="9"/><polyline label="c" points="1,1;2,2"/><points label="c" points="1,1"/></image></annotations>'
    )

    masks, boxes, warnings = kept({"a.jpg": image(1), "annotations.xml": document.encode()})

    assert (masks, len(boxes["a.jpg"]["things"])) == ({}, 1)
    assert "2 shapes are no boxes, polygons or masks and were left out." in warnings
