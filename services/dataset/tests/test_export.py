"""What is exported and imported again is the same dataset: images byte for byte, annotations, classes and their ids."""

from __future__ import annotations

import json
import shutil
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from workbench.dataset import export, ingest, writing
from workbench.dataset.kinds import check_export
from workbench.dataset.writing.layout import NotHeld
from workbench.problems.common import InvalidRequest
from workbench.runner.core import Run
from workbench.shards import (
    AnnotationWriter,
    ShardWriter,
    read_annotations,
    read_bytes,
    read_classes,
    read_index,
    tasks_of,
)
from workbench.store import Manifest

# Which format reads what a layout writes.
READ_BY = {"coco": "coco", "imagenet": "imagenet-list", "voc": "voc-detection", "yolo": "yolo"} | {
    name: name
    for name in (
        "coco-keypoints",
        "common-semantic-segmentation",
        "common-super-resolution",
        "inpainting-masks",
        "lfw",
        "unannotated",
    )
}
MOVED = ("images/", "JPEGImages/")  # where layouts want the images
BOXES, MASKS, LABELS = "object-detection", "instance-segmentation", "classification"

Exporting = Callable[..., tuple[dict[str, Any], dict[str, bytes]]]
NewRun = Callable[..., Run]


@pytest.fixture
def exported(tmp_path: Path) -> Exporting:
    """``exported(dataset, layout)``: the facts, and the files of the archive."""

    def make(dataset: Path, layout: str) -> tuple[dict[str, Any], dict[str, bytes]]:
        folder = tmp_path / f"export-{layout}"
        (folder / "outputs").mkdir(parents=True)
        shutil.copytree(dataset, folder / "inputs" / "dataset")
        (folder / "spec.json").write_text(json.dumps({"format": layout}))
        facts = export.run(Run(folder))
        with zipfile.ZipFile(folder / "outputs" / "dataset.zip") as archive:
            assert facts["size_bytes"] == (folder / "outputs" / "dataset.zip").stat().st_size
            return facts, {name: archive.read(name) for name in archive.namelist()}

    return make


@pytest.fixture
def imported(new_run: NewRun) -> Callable[..., Path]:
    """``imported(files)``: the dataset, its layout found by itself."""

    def make(files: dict[str, bytes], format: str | None = None) -> Path:
        run = new_run(files, {"format": format} if format else {})
        facts = ingest.run(run)
        assert format is None or facts["format"] == format
        return Path(run.outputs)

    return make


def coco(
    image: Callable[..., bytes],
    *,
    marks: bool = True,
    names: tuple[str, ...] = ("zebra", "ape", "Ötzi & <x>"),
    masks: bool = True,
) -> dict[str, bytes]:
    """Three images, one of them with nothing in it, of classes whose order is not that of their names."""
    files = {"photos/a b.png": image(1, kind="PNG"), "photos/n/ü.jpg": image(2), "photos/empty.jpg": image(3)}
    triangle = {"segmentation": [[2.0, 1.0, 9.0, 1.0, 2.0, 9.0]]} if masks else {}
    runs = {"segmentation": {"size": [16, 20], "counts": [0, 33, 287]}} if masks else {}
    things: list[dict[str, Any]] = [
        {"image_id": 1, "category_id": 7, "bbox": [2, 1, 7.25, 8], "area": 28, "iscrowd": 0, **triangle},
        {"image_id": 1, "category_id": 3, "bbox": [0, 0, 3, 16], "area": 33.5, "iscrowd": int(marks), **runs},
        {"image_id": 2, "category_id": 3, "bbox": [0.1, 0.3, 19.7, 15.6], "area": 307.32, "iscrowd": 0, **triangle},
    ]
    document = {
        "images": [{"id": n, "file_name": name, "width": 20, "height": 16} for n, name in enumerate(files, 1)],
        "categories": [{"id": 3 + 4 * number, "name": name} for number, name in enumerate(names)],
        "annotations": [{"id": number, **thing} for number, thing in enumerate(things)],
    }
    return files | {"instances.json": json.dumps(document).encode()}


def plain(name: str) -> str:
    return name.removeprefix(MOVED[0]).removeprefix(MOVED[1])


def pictures(dataset: Path) -> dict[str, bytes]:
    return {plain(item.name): read_bytes(dataset, item) for item in read_index(dataset)}


def things(dataset: Path, task: str = BOXES, *, areas: bool = False) -> Iterator[tuple[str, list[Any]]]:
    """By image: class, where it is (sides to a billionth, as a layout's arithmetic leaves them), and its marks."""
    place, noun = ("box", "things") if task == BOXES else ("mask", "instances")
    for name, known in read_annotations(dataset, task).items():
        yield (
            plain(name),
            [
                (
                    thing["class"],
                    [round(side, 9) for side in thing[place]] if task == BOXES else thing[place],
                    thing.get("crowd", False),
                    thing.get("difficult", False),
                    thing.get("area") if areas else None,
                )
                for thing in known[noun]
            ],
        )


def test_every_layout_that_is_written_is_read() -> None:
    assert set(READ_BY) == set(writing.NAMES)


@pytest.mark.parametrize("masks", [True, False])
def test_coco_holds_boxes_masks_areas_and_crowds(
    image: Callable, imported: Callable, exported: Exporting, masks: bool
) -> None:
    first = imported(coco(image, masks=masks), "coco")
    facts, files = exported(first, "coco")
    again = imported(files)

    assert facts["items"] == 3
    assert pictures(again) == pictures(first)
    assert read_classes(again) == read_classes(first)
    assert tasks_of(again) == tasks_of(first) == ([MASKS, BOXES] if masks else [BOXES])
    for task in tasks_of(first):
        assert dict(things(again, task, areas=True)) == dict(things(first, task, areas=True))


def test_coco_is_what_its_own_reader_understands(
    image: Callable, imported: Callable, exported: Exporting, tmp_path: Path
) -> None:
    from pycocotools.coco import COCO
    from pycocotools.mask import area, toBbox

    _, files = exported(imported(coco(image), "coco"), "coco")
    (tmp_path / "instances.json").write_bytes(files["annotations/instances.json"])

    read = COCO(str(tmp_path / "instances.json"))

    assert [category["name"] for category in read.loadCats(read.getCatIds())] == ["zebra", "ape", "Ötzi & <x>"]
    crowd = read.annToRLE(read.loadAnns(read.getAnnIds(iscrowd=True))[0])
    assert (int(area(crowd)), [int(side) for side in toBbox(crowd)]) == (33, [0, 0, 3, 16])


@pytest.mark.parametrize("layout", ["coco", "voc", "yolo"])
def test_boxes_come_back_from_every_layout(
    image: Callable, imported: Callable, exported: Exporting, layout: str
) -> None:
    first = imported(coco(image, marks=False), "coco")
    facts, files = exported(first, layout)
    again = imported(files)

    assert pictures(again) == pictures(first)
    assert read_classes(again)[BOXES] == read_classes(first)[BOXES]
    assert dict(things(again)) == dict(things(first))
    assert any("instance-segmentation" in told for told in facts["warnings"]) is (layout != "coco")
    assert any("3 things: each has an area" in told for told in facts["warnings"]) is (layout != "coco")


def test_what_is_exported_again_is_the_same_archive(image: Callable, imported: Callable, exported: Exporting) -> None:
    for layout in ("coco", "voc", "yolo"):
        once = exported(imported(coco(image, marks=False, masks=False), "coco"), layout)[1]
        again = imported(once)
        shutil.rmtree(again.parents[1] / f"export-{layout}", ignore_errors=True)
        assert exported(again, layout)[1].keys() == once.keys(), layout


def test_voc_keeps_difficult_and_others_tell_that_they_cannot(
    image: Callable, imported: Callable, exported: Exporting
) -> None:
    box = "<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>"
    xml = "".join(
        f"<object><name>{name}</name><difficult>{number}</difficult>{box}</object>"
        for number, name in enumerate(("cat", "yak"))
    )
    first = imported({"JPEGImages/1.jpg": image(1), "Annotations/1.xml": f"<annotation>{xml}</annotation>".encode()})

    again = imported(exported(first, "voc")[1])
    facts, files = exported(first, "yolo")

    assert dict(things(again)) == dict(things(first))
    assert read_classes(again) == read_classes(first)
    assert len(files["labels/JPEGImages/1.txt"].splitlines()) == 1
    assert any("1 things: each has the mark `difficult`" in told for told in facts["warnings"])


def test_crowds_are_left_out_and_told_where_a_layout_has_none(
    image: Callable, imported: Callable, exported: Exporting
) -> None:
    facts, files = exported(imported(coco(image), "coco"), "voc")

    assert any("1 things: each has the mark of a crowd and is left out" in told for told in facts["warnings"])
    assert sum(data.count(b"<object>") for name, data in files.items() if name.endswith(".xml")) == 2


def test_imagenet_holds_ids_names_and_classes_without_images(
    image: Callable, imported: Callable, exported: Exporting
) -> None:
    names = ["zebra", "ape", "no/image", "ape ü"]
    pets = {"val/a b.jpg": (image(1), 3), "val/x/c.jpg": (image(2), 0), "d.jpg": (image(3), 1)}
    listed = "".join(f"{name} {label}\n" for name, (_, label) in pets.items())
    first = imported(
        {name: data for name, (data, _) in pets.items()}
        | {"val.txt": listed.encode(), "labels.txt": "\n".join(names).encode()}
    )

    facts, files = exported(first, "imagenet")
    again = imported(files, "imagenet-list")

    assert sorted(files) == sorted(["ape/d.jpg", "ape ü/val_a b.jpg", "zebra/val_x_c.jpg", "list.txt", "labels.txt"])
    assert read_classes(again) == read_classes(first) == {LABELS: names}
    assert {item.sha256: read_annotations(again, LABELS)[item.name] for item in read_index(again)} == {
        item.sha256: read_annotations(first, LABELS)[item.name] for item in read_index(first)
    }
    assert facts["items"] == 3


def test_class_folders_keep_the_names_of_their_images(image: Callable, imported: Callable, exported: Exporting) -> None:
    first = imported({f"{name}/{number}.jpg": image(number) for number, name in enumerate(("cat", "dog", "cat"))})

    again = imported(exported(first, "imagenet")[1])

    assert pictures(again) == pictures(first)
    assert read_annotations(again, LABELS) == read_annotations(first, LABELS)


@pytest.mark.parametrize(
    ("layout", "files", "reason"),
    [
        ("yolo", {"a.png": "PNG", "a.jpg": "JPEG"}, "a.jpg and a.png would both have"),
        ("voc", {"x/A.jpg": "JPEG", "x/a.png": "PNG"}, "would both have"),
    ],
)
def test_two_images_for_one_text_are_refused_by_name(
    image: Callable, imported: Callable, exported: Exporting, layout: str, files: dict[str, str], reason: str
) -> None:
    document = {
        "images": [{"id": n, "file_name": name, "width": 20, "height": 16} for n, name in enumerate(files)],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [],
    }
    first = imported(
        {name: image(n, kind=kind) for n, (name, kind) in enumerate(files.items())}
        | {"instances.json": json.dumps(document).encode()}
    )

    with pytest.raises(NotHeld, match=reason):
        exported(first, layout)


@pytest.mark.parametrize(
    ("layout", "name"),
    [("voc", "a:b"), ("voc", "background"), ("voc", "#cat"), ("yolo", " cat"), ("yolo", "two\nlines")],
)
def test_a_class_that_would_be_read_as_another_is_refused_by_name(
    image: Callable, imported: Callable, exported: Exporting, layout: str, name: str
) -> None:
    first = imported(coco(image, names=("dog", name, "fox")), "coco")

    with pytest.raises(NotHeld, match="id 1"):
        exported(first, layout)


def test_a_dataset_without_its_task_is_refused_before_the_job() -> None:
    held = [Manifest("dataset", "d", "team", "", (), {"tasks": ["classification"]})]

    with pytest.raises(InvalidRequest) as refused:
        check_export({"dataset_id": "d", "format": "coco"}, held)

    told = refused.value.errors["format"]
    assert "annotated for classification, and can be written as imagenet or unannotated" in told
    check_export({"dataset_id": "d", "format": "imagenet"}, held)


def test_ids_of_voc_follow_its_labelmap(image: Callable, imported: Callable) -> None:
    box = "<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>"
    xml = f"<annotation><object><name>ape</name>{box}</object><object><name>new</name>{box}</object></annotation>"
    found = imported(
        {
            "JPEGImages/1.jpg": image(1),
            "Annotations/1.xml": xml.encode(),
            "labelmap.txt": b"background:0,0,0::\nzebra:128,0,0::\nape:0,128,0::\n",
        }
    )

    assert read_classes(found)[BOXES] == ["zebra", "ape", "new"]
    assert [thing["class"] for thing in read_annotations(found, BOXES)["JPEGImages/1.jpg"]["things"]] == [1, 2]


class Nowhere:
    """An archive that forgets what it is given."""

    def copy(self, _image: Any, _name: str) -> None: ...

    @contextmanager
    def text(self, _name: str) -> Iterator[Callable[[str], object]]:
        yield len


def test_memory_does_not_grow_with_the_annotations(tmp_path: Path) -> None:
    """One image's annotation is held, and one thing is written, at a time."""
    layout, few, many = writing.named("coco"), tmp_path / "few", tmp_path / "many"
    for folder, count in ((few, 15), (many, 60)):
        with ShardWriter(folder) as images, AnnotationWriter(folder, [BOXES]) as annotations:
            for number in range(count):
                images.add(f"{number}.jpg", b"x", split="evaluation", width=20, height=16)
                things = [{"class": 0, "box": [0.5, 1.0, 9.0, 9.0]}] * 100
                annotations.add(f"{number}.jpg", {BOXES: {"things": things}})
            annotations.close({BOXES: ["cat"]})

    peaks = []
    for folder in (few, few, many):  # the first also loads what is loaded once
        tracemalloc.start()
        layout.write(export.survey(folder, layout), Nowhere())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[2] < 2 * peaks[1], peaks
