"""What people have reported of other programs: sets as cameras, storage boxes and annotation tools leave them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from workbench.archives.entries import UnsafeUpload
from workbench.dataset import ingest
from workbench.dataset.ingest import InvalidDataset
from workbench.shards import read_annotations

CLASSES = ("a_red", "b_green", "c_blue")
BOXES = "object-detection"


def litter(image: bytes, *more: tuple[str, bytes], classes: tuple[str, ...] = CLASSES) -> bytes:
    """A zip of class folders with something beside the pictures of each; ``{}`` is the folder."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in classes:
            for number in range(2):
                archive.writestr(zipfile.ZipInfo(f"set/{name}/{number}.jpg"), image)
            for path, data in more:
                archive.writestr(zipfile.ZipInfo(path.format(name)), data)
    return file.getvalue()


@pytest.mark.parametrize(
    "beside",
    [
        [("set/{}/@eaDir/0.jpg/SYNOPHOTO_THUMB_M.jpg", b"thumbnail"), ("set/{}/@eaDir/0.jpg@SynoEAStream", b"x")],
        [("set/{}/Icon\r", b""), ("__MACOSX/set/{}/._0.jpg", b"\0\5\x16\7")],
        [("set/{}/0.jpg~", b"backup"), ("set/{}/desktop.ini", b"[x]"), ("set/{}/notes.docx", b"PK")],
    ],
    ids=["synology", "mac", "backup"],
)
def test_what_lies_beside_the_pictures_decides_nothing(
    ingested: Callable, image: Callable, beside: list[tuple[str, bytes]]
) -> None:
    facts, items = ingested({"a.zip": litter(image(1), *beside)})

    assert (facts["format"], facts["items"], facts["labels"]) == ("imagenet-folders", 6, list(CLASSES))
    assert {item["label"] for item in items} == {0, 1, 2}


def test_a_name_that_cannot_be_kept_is_refused_with_what_to_do(new_run: Callable, image: Callable) -> None:
    with pytest.raises(UnsafeUpload, match=r"\\u2028line\.jpg: the name has .* U\+2028; rename it, or leave it out"):
        ingest.run(new_run({"a.zip": litter(image(1), ("set/{}/\u2028line.jpg", image(2)))}))


def test_pictures_that_are_not_what_their_name_says_are_read_as_what_they_are(
    ingested: Callable, image: Callable
) -> None:
    def saved(kind: str, mode: str) -> bytes:
        file = io.BytesIO()
        Image.open(io.BytesIO(image(3))).convert(mode).save(file, kind)
        return file.getvalue()

    _, items = ingested(
        {
            "a_red/cmyk 1.JPEG": saved("JPEG", "CMYK"),
            "a_red/png_1.JPEG": saved("PNG", "RGB"),
            "b_green/UPPER.JPG": saved("JPEG", "L"),
            "b_green/b.png": saved("PNG", "P"),
        }
    )

    assert [(item["name"], item["label"]) for item in items] == [
        ("a_red/cmyk 1.JPEG", 0),
        ("a_red/png_1.JPEG", 0),
        ("b_green/UPPER.JPG", 1),
        ("b_green/b.png", 1),
    ]


def test_three_pictures_and_a_blank_at_the_end_of_a_line_are_a_dataset(ingested: Callable, image: Callable) -> None:
    files = {f"000{number}.png": image(number, kind="PNG") for number in range(3)}

    _, items = ingested(files | {"val.txt": b"0000.png 0\n0001.png 1\n0002.png 2 \n"})

    assert [item["label"] for item in items] == [0, 1, 2]
    assert {item["split"] for item in items} == {"calibration", "evaluation"}


def test_one_line_without_a_label_is_named(new_run: Callable, image: Callable) -> None:
    files = {f"{number}.png": image(number, kind="PNG") for number in range(3)}

    with pytest.raises(InvalidDataset, match=r"val\.txt line 3: expected `<file> <label id>`, not '2\.png'"):
        ingest.run(new_run(files | {"val.txt": b"0.png 0\n1.png 1\n2.png\n"}))


def coco(annotations: list[dict[str, Any]]) -> bytes:
    return json.dumps(
        {
            "images": [{"id": number, "file_name": f"{number}.jpg", "width": 64, "height": 64} for number in (1, 2)],
            "annotations": annotations,
            "categories": [{"id": 3, "name": "car"}, {"id": 44, "name": "bottle"}, {"id": 90, "name": "toothbrush"}],
        }
    ).encode()


def test_coco_with_gaps_in_its_ids_crowds_and_an_id_that_is_there_twice(new_run: Callable, image: Callable) -> None:
    crowd = {"id": 4, "image_id": 2, "category_id": 3, "bbox": [0, 0, 64, 64], "area": 4096, "iscrowd": 1}
    annotations = [
        {"id": 1, "image_id": 1, "category_id": 3, "bbox": [10, 10, 20, 20]},
        {"id": 2, "image_id": 1, "category_id": 44, "bbox": [40, 10, 20, 20], "iscrowd": 0},
        {"id": 2, "image_id": 2, "category_id": 44, "bbox": [5, 5, 10, 10]},
        crowd,
    ]
    photos = {f"{number}.jpg": image(number, size=(64, 64)) for number in (1, 2)}
    run = new_run(photos | {"instances_val.json": coco(annotations)})

    facts = ingest.run(run)

    known = {name: each["things"] for name, each in read_annotations(run.outputs, BOXES).items()}
    assert known == {
        "1.jpg": [{"class": 0, "box": [10, 10, 30, 30]}, {"class": 1, "box": [40, 10, 60, 30]}],
        "2.jpg": [
            {"class": 1, "box": [5, 5, 15, 15]},
            {"class": 0, "box": [0, 0, 64, 64], "area": 4096, "crowd": True},
        ],
    }
    assert facts["classes"][BOXES] == ["car", "bottle", "toothbrush"]
    assert "1 ids of annotations are there more than once in instances_val.json; each counts: 2" in facts["warnings"]


def test_an_annotation_of_a_picture_that_is_not_there_is_named(new_run: Callable, image: Callable) -> None:
    stray = [{"id": 5, "image_id": 99, "category_id": 3, "bbox": [1, 1, 5, 5]}]
    photos = {f"{number}.jpg": image(number, size=(64, 64)) for number in (1, 2)}

    with pytest.raises(InvalidDataset, match=r"annotations\[0\] \(id 5\): image_id 99 is that of no image"):
        ingest.run(new_run(photos | {"instances_val.json": coco(stray)}))


def test_voc_of_other_programs_means_what_the_development_kit_means(new_run: Callable, image: Callable) -> None:
    """Decimal corners, sides in any order, the name of a file on another machine, parts with a box of their own."""

    def thing(name: str, corners: str, more: str = "") -> str:
        sides = "".join(f"<{side}>{value}</{side}>" for side, value in (pair.split("=") for pair in corners.split()))
        return f"<object><name>{name}</name>{more}<bndbox>{sides}</bndbox></object>"

    part = "<part><name>head</name><bndbox><xmin>20</xmin><ymin>10</ymin><xmax>30</xmax><ymax>20</ymax></bndbox></part>"
    documents = {
        "1": thing("dog", "xmin=48.5 ymin=24.25 xmax=60.75 ymax=50.5"),
        "2": thing("cat", "ymax=64 ymin=1 xmax=64 xmin=1"),
        "3": thing("person", "xmin=10 ymin=10 xmax=40 ymax=60", part)
        + thing("dog", "xmin=2 ymin=2 xmax=9 ymax=9", "<difficult>1</difficult>"),
    }
    files = {"ImageSets/Main/val.txt": b"1\n2\n3\n", "ImageSets/Main/dog_val.txt": b"1  1\n2 -1\n3  0\n"}
    for name, objects in documents.items():
        files[f"JPEGImages/{name}.jpg"] = image(int(name), size=(64, 64))
        files[f"Annotations/{name}.xml"] = (
            f"<annotation><filename>C:\\data\\other.png</filename>{objects}</annotation>"
        ).encode()
    run = new_run(files)

    ingest.run(run)

    known = {name: each["things"] for name, each in read_annotations(run.outputs, BOXES).items()}
    dog, cat, person = 11, 7, 14
    assert known == {
        "JPEGImages/1.jpg": [{"class": dog, "box": [47.5, 23.25, 60.75, 50.5]}],
        "JPEGImages/2.jpg": [{"class": cat, "box": [0, 0, 64, 64]}],
        "JPEGImages/3.jpg": [
            {"class": person, "box": [9, 9, 40, 60]},
            {"class": dog, "box": [1, 1, 9, 9], "difficult": True},
        ],
    }
