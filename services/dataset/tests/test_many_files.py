"""A hundred thousand files: reading a layout takes time in proportion to their number, whatever is left out of it."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from workbench.dataset import formats

Files = dict[str, bytes]
FEW, TIMES = 500, 6


def numbered(count: int, *patterns: str, data: bytes = b"") -> Files:
    return {pattern.format(n): data for pattern in patterns for n in range(count)}


def coco(count: int) -> bytes:
    images = [{"id": n, "file_name": f"{n}.jpg", "width": 20, "height": 16} for n in range(count)]
    boxes = [
        {"id": n, "image_id": n, "category_id": 1, "bbox": [1, 1, 2, 2], "keypoints": [1, 1, 2]} for n in range(count)
    ]
    return json.dumps({"images": images, "annotations": boxes, "categories": [{"id": 1, "name": "a"}]}).encode()


def rows(count: int, pattern: str, *head: str) -> bytes:
    return "\n".join([*head, *(pattern.format(n) for n in range(count))]).encode()


VOC = (
    b"<annotation><object><name>cat</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox>"
    b"</object></annotation>"
)
TEN = ",".join("1" * 10)

# Of each layout, so many images and as many that are left out.
MADE: dict[str, Callable[[int], Files]] = {
    "imagenet-folders": lambda n: numbered(n, "a/{}.jpg", "b/{}.jpg"),
    "imagenet-list": lambda n: numbered(2 * n, "i/{}.jpg") | {"val.txt": rows(n, "{}.jpg 0")},
    "coco": lambda n: numbered(2 * n, "i/{}.jpg") | {"instances.json": coco(n)},
    "voc-detection": lambda n: numbered(2 * n, "JPEGImages/{}.jpg") | numbered(n, "Annotations/{}.xml", data=VOC),
    "yolo": lambda n: (
        numbered(n, "images/val/{}.jpg", "images/train/{}.jpg")
        | numbered(n, "labels/val/{}.txt", data=b"0 0.5 0.5 0.2 0.2")
    ),
    "open-images": lambda n: (
        numbered(2 * n, "i/{}.jpg")
        | {"boxes.csv": rows(n, "{},/m/a,0.1,0.2,0.1,0.2", "ImageID,LabelName,XMin,XMax,YMin,YMax")}
    ),
    "wider-face": lambda n: numbered(2 * n, "i/{}.jpg") | {"val.txt": rows(n, "{}.jpg\n1\n1 1 5 5 0 0 0 0 0 0")},
    "cvat": lambda n: (
        numbered(2 * n, "i/{}.jpg")
        | {
            "a.xml": b"<annotations>"
            + rows(n, '<image name="{}.jpg"><box label="a" xtl="1" ytl="1" xbr="5" ybr="5"/></image>')
            + b"</annotations>"
        }
    ),
    "voc-segmentation": lambda n: (
        numbered(2 * n, "JPEGImages/{}.jpg") | numbered(n, "SegmentationClass/{}.png", "SegmentationObject/{}.png")
    ),
    "common-semantic-segmentation": lambda n: (
        numbered(2 * n, "Images/{}.jpg") | numbered(n, "Masks/{}.png") | {"dataset_meta.json": b'{"labels": ["a"]}'}
    ),
    "common-super-resolution": lambda n: numbered(n, "HR/{}.png", "LR/{}.png", "upsampled/{}.png"),
    "inpainting-masks": lambda n: numbered(2 * n, "{}.jpg") | numbered(n, "{}_hole.png"),
    "cityscapes": lambda n: numbered(
        n,
        "gtFine/val/a/{}_gtFine_labelIds.png",
        "leftImg8bit/val/a/{}_leftImg8bit.png",
        "leftImg8bit/train/a/{}_leftImg8bit.png",
    ),
    "camvid": lambda n: (
        numbered(n, "test/{}.png", "testannot/{}.png", "train/{}.png")
        | {"test.txt": rows(n, "/test/{0}.png /testannot/{0}.png")}
    ),
    "camvid-full": lambda n: numbered(n, "701_StillsRaw_full/{}.png", "LabeledApproved_full/{}_L.png"),
    "ade20k": lambda n: (
        numbered(n, "images/val/{}.jpg", "annotations/val/{}.png", "images/train/{}.jpg", "annotations/train/{}.png")
        | {"objectInfo150.txt": b"1\ta"}
    ),
    "dlib-landmarks": lambda n: (
        numbered(2 * n, "i/{}.jpg")
        | {
            "a.xml": rows(
                n, "<image file='{}.jpg'><box><part name='0' x='1' y='1'/></box></image>", "<dataset><images>"
            )
            + b"</images></dataset>"
        }
    ),
    "coco-keypoints": lambda n: numbered(2 * n, "i/{}.jpg") | {"person_keypoints.json": coco(n)},
    "vggface2": lambda n: numbered(2 * n, "i/{}.jpg") | {"a.csv": rows(n, "{}," + TEN, "NAME_ID" + ",c" * 10)},
    "celeba-landmarks": lambda n: (
        numbered(2 * n, "i/{}.jpg")
        | {"a.txt": rows(n, "{}.jpg " + TEN.replace(",", " "), str(n), "lefteye_x lefteye_y")}
    ),
    "lfw": lambda n: numbered(n, "i/a/a_{:04d}.jpg", "i/b/b_{:04d}.jpg") | {"pairs.txt": rows(n, "a {0} b {0}", "1 9")},
    "unannotated": lambda n: numbered(2 * n, "i/{}.jpg"),
}


def processor_s(work: Callable[[], Any]) -> tuple[float, Any]:
    """Without the collection of garbage: what other tests have left in this process is none of a reader's time."""
    gc.disable()
    try:
        began = time.process_time()
        made = work()
        return time.process_time() - began, made
    finally:
        gc.enable()


def test_every_layout_is_here() -> None:
    assert MADE.keys() == set(formats.NAMES)


@pytest.mark.parametrize("name", MADE)
def test_reading_six_times_as_many_takes_six_times_as_long(tree: Callable, name: str) -> None:
    """Processor time; in proportion to the square it would be thirty-six times."""
    took = []
    for count in (FEW // 10, FEW, TIMES * FEW):  # the first also makes what is made once
        arranged = tree(MADE[name](count))
        spent, reading = processor_s(lambda arranged=arranged: formats.choose(arranged, name).read(arranged))
        took.append(spent)
        assert (len(reading.images) >= count - 1, reading.faults) == (True, ())

    assert took[2] < max(2.5 * TIMES * took[1], 0.3), took


def test_telling_the_layout_of_six_times_as_many_takes_six_times_as_long(tree: Callable) -> None:
    took = []
    for count in (FEW // 10, FEW, TIMES * FEW):
        arranged = tree(MADE["voc-segmentation"](count) | MADE["yolo"](count))
        took.append(processor_s(lambda arranged=arranged: [each.recognise(arranged) for each in formats.FORMATS])[0])

    assert took[2] < max(2.5 * TIMES * took[1], 0.3), took
