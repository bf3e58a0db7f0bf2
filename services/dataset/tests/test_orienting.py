"""Boxes and masks of photos that a viewer turns: however they were drawn, they are kept on the photo as stored."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from workbench.dataset import ingest
from workbench.dataset.ingest import InvalidDataset
from workbench.shards import read_annotations
from workbench.tasks.semantic_segmentation import annotation as masks

THING = (5, 10, 25, 40)  # on the upright picture, 64 wide and 96 high
LYING = (10, 39, 40, 59)  # the same on the picture as a camera stores it: 96 wide, 64 high
TURNED = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90}


def photo(orientation: int) -> bytes:
    """A bright thing, upright once it is turned."""
    levels = np.full((96, 64, 3), 40, np.uint8)
    levels[THING[1] : THING[3], THING[0] : THING[2]] = 220
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    Image.fromarray(levels).transpose(TURNED[orientation]).save(file, "PNG", exif=exif)
    return file.getvalue()


def coco(images: list[dict[str, Any]], box: tuple[int, int, int, int]) -> bytes:
    left, top, right, bottom = box
    return json.dumps(
        {
            "images": [{"id": number, **image} for number, image in enumerate(images)],
            "annotations": [
                {"id": number, "image_id": number, "category_id": 1, "bbox": [left, top, right - left, bottom - top]}
                for number in range(len(images))
            ],
            "categories": [{"id": 1, "name": "thing"}],
        }
    ).encode()


@pytest.fixture
def boxes(new_run: Callable) -> Callable[..., tuple[dict[str, Any], dict[str, list[list[float]]]]]:
    """The facts of an upload, and the boxes of each image."""

    def read(files: dict[str, bytes], **spec: object) -> tuple[dict[str, Any], dict[str, list[list[float]]]]:
        run = new_run(files, spec)
        facts = ingest.run(run)
        known = read_annotations(run.outputs, "object-detection")
        return facts, {name: [thing["box"] for thing in each["things"]] for name, each in known.items()}

    return read


def test_boxes_of_the_upright_photo_are_kept_where_it_lies_and_that_is_told(boxes: Callable) -> None:
    upright = {"file_name": "a.png", "width": 64, "height": 96}

    facts, found = boxes({"a.png": photo(6), "instances_val.json": coco([upright], THING)})

    assert found == {"a.png": [list(LYING)]}
    assert any("were annotated as viewers turn them" in warning for warning in facts["warnings"])


def test_boxes_of_the_stored_photo_stay_and_nothing_is_to_be_told(boxes: Callable) -> None:
    lying = {"file_name": "a.png", "width": 96, "height": 64}

    facts, found = boxes({"a.png": photo(6), "instances_val.json": coco([lying], LYING)})

    assert found == {"a.png": [list(LYING)]}
    assert not any("annotated" in warning for warning in facts["warnings"])


def test_cvat_tells_the_size_too(boxes: Callable) -> None:
    xml = (
        '<annotations><image id="0" name="a.png" width="64" height="96"><box label="thing" xtl="5" ytl="10" '
        'xbr="25" ybr="40"/></image></annotations>'
    )

    _, found = boxes({"a.png": photo(6), "annotations.xml": xml.encode()})

    assert found == {"a.png": [list(LYING)]}


def test_where_nothing_tells_they_are_taken_as_stored_and_that_is_told_with_the_way_out(boxes: Callable) -> None:
    facts, found = boxes(
        {"a.png": photo(6), "a.txt": b"0 0.5 0.5 0.25 0.5\n", "classes.txt": b"thing\n"}, format="yolo"
    )

    assert found == {"a.png": [[36, 16, 60, 48]]}
    [warning] = [each for each in facts["warnings"] if "nothing tells" in each]
    assert "a.png" in warning
    assert "--annotated-on upright" in warning


def test_the_sender_says_how_they_lay(boxes: Callable) -> None:
    x, y = (THING[0] + THING[2]) / 2 / 64, (THING[1] + THING[3]) / 2 / 96
    line = f"0 {x} {y} {20 / 64} {30 / 96}\n"

    facts, found = boxes(
        {"a.png": photo(6), "a.txt": line.encode(), "classes.txt": b"thing\n"}, format="yolo", annotated_on="upright"
    )

    [box] = found["a.png"]
    assert box == pytest.approx(LYING)
    assert not any("nothing tells" in each for each in facts["warnings"])


def test_photos_upside_down_among_upright_ones_are_asked_about(boxes: Callable) -> None:
    images = [{"file_name": name, "width": 64, "height": 96} for name in ("a.png", "b.png")]
    files = {"a.png": photo(6), "b.png": photo(3), "instances_val.json": coco(images, THING)}

    with pytest.raises(InvalidDataset, match=r"b\.png: its EXIF orientation .*annotated_on .*upright or stored"):
        boxes(files)

    _, found = boxes(files, annotated_on="upright")
    assert found == {"a.png": [list(LYING)], "b.png": [[39, 56, 59, 86]]}


def test_a_mask_of_the_upright_photo_is_turned_to_fit(new_run: Callable, png: Callable) -> None:
    mask = np.zeros((96, 64), np.uint8)
    mask[THING[1] : THING[3], THING[0] : THING[2]] = 1
    files = {"JPEGImages/a.png": photo(6), "SegmentationClass/a.png": png(mask)}
    run = new_run(files, {"format": "voc-segmentation"})

    ingest.run(run)

    kept = masks.from_json(read_annotations(run.outputs, "semantic-segmentation")["JPEGImages/a.png"]).mask()
    left, top, right, bottom = LYING
    assert kept.shape == (64, 96)
    assert kept[top:bottom, left:right].all()
    assert kept.sum() == 600
