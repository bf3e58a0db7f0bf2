"""COCO's boxes: memory that does not grow with the file, and which of several files counts."""

from __future__ import annotations

import json
import tracemalloc
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest
from workbench.archives.unpack import opened
from workbench.dataset.formats import coco
from workbench.dataset.upload.tree import arrange

TASK, MASKS = "object-detection", "instance-segmentation"
ONE = {
    "images": [{"id": 1, "file_name": "a.jpg"}],
    "categories": [{"id": 7, "name": "cup"}],
    "annotations": [{"id": 1, "image_id": 1, "category_id": 7, "bbox": [1, 2, 3, 4]}],
}


@pytest.mark.parametrize("packed", ["folder", "zip", "tar"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, zipped: Callable, tarred: Callable, packed: str) -> None:
    polygon = [[float(number) for number in range(1000)]]
    heavy = [{**ONE["annotations"][0], "id": number, "segmentation": polygon} for number in range(1000)]
    files = {"a.jpg": b"x", "instances_val.json": json.dumps(ONE | {"annotations": heavy}).encode()}
    upload = tmp_path / "upload"
    upload.mkdir()
    given = (
        files if packed == "folder" else {"a.zip": zipped(files)} if packed == "zip" else {"a.tar": tarred(files, "w")}
    )
    for name, data in given.items():
        (upload / name).write_bytes(data)
    size = len(files["instances_val.json"])

    with opened(upload, tmp_path) as entries:
        tracemalloc.start()
        reading = coco.read(arrange(entries))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert reading.faults == ()
    assert len(reading.annotations[TASK]["a.jpg"].document["things"]) == 1000  # type: ignore[union-attr]
    assert peak < size / 5


def test_masks_that_are_kept_do_not_lie_in_memory(tree: Callable) -> None:
    polygon, counts, peaks = [float(number) for number in range(1000)], (20, 80), []
    images = [{**ONE["images"][0], "width": 1000, "height": 1000}]
    for count in counts:
        heavy = [{**ONE["annotations"][0], "id": number, "segmentation": [polygon]} for number in range(count)]
        data = json.dumps(ONE | {"images": images, "annotations": heavy}).encode()
        arranged = tree({"a.jpg": b"x", "instances_val.json": data})

        tracemalloc.start()
        reading = coco.read(arranged)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

        kept = reading.annotations[MASKS]["a.jpg"].document.things  # type: ignore[union-attr]
        assert [each.polygons for each in kept] == [(array("d", polygon),)] * count

    numbers_bytes = (counts[1] - counts[0]) * 8 * len(polygon)
    assert peaks[1] - peaks[0] < numbers_bytes / 5, peaks


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["instances_train.json", "instances_val.json"], "instances_val.json"),
        (
            ["annotations/instances_train2017.json", "annotations/instances_test2017.json"],
            "annotations/instances_test2017.json",
        ),
        (["instances_default.json", "captions_val.json"], "instances_default.json"),
        (["made_by_hand.json"], "made_by_hand.json"),
    ],
)
def test_of_several_files_one_counts(tree: Callable, names: list[str], chosen: str) -> None:
    arranged = tree({"a.jpg": b""} | {name: json.dumps(ONE).encode() for name in names} | {"other.json": b"[]"})

    assert coco.recognise(arranged) is None
    assert {noted.file for noted in coco.read(arranged).annotations[TASK].values()} == {chosen}
