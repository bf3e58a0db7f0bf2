"""Real data through every layout and back: what comes out is what went in, and every task has a layout."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from workbench.dataset import export, ingest, writing
from workbench.dataset.writing.layout import NotHeld
from workbench.runner.core import Run
from workbench.shards import read_annotations, read_bytes, read_classes, read_index
from workbench.tasks.catalogue import TASKS

BOXES, MASKS, POINTS, PAIRS = "object-detection", "instance-segmentation", "facial-landmarks", "face-recognition"

Files = dict[str, bytes]
Kept = dict[str, Any]  # by the digest of an image, since layouts move images


@pytest.fixture
def imported(new_run: Callable[..., Run]) -> Callable[..., Path]:
    def make(files: Files, **spec: Any) -> Path:
        run = new_run(files, {name: value for name, value in spec.items() if value is not None})
        ingest.run(run)
        return Path(run.outputs)

    return make


@pytest.fixture
def exported(new_run: Callable[..., Run]) -> Callable[[Path, str], tuple[Kept, Files]]:
    """``exported(dataset, layout)``: the facts, and the files of the archive."""

    def make(dataset: Path, layout: str) -> tuple[Kept, Files]:
        run = new_run({}, {"format": layout})
        (run.inputs / "dataset").symlink_to(dataset)
        facts = export.run(run)
        with zipfile.ZipFile(run.outputs / "dataset.zip") as archive:
            return facts, {name: archive.read(name) for name in archive.namelist()}

    return make


def known(dataset: Path, task: str) -> Kept:
    """What is known of each image by its bytes; other images that it speaks of by theirs. Sides to a millionth."""
    digests = {item.name: item.sha256 for item in read_index(dataset)}
    found = read_annotations(dataset, task)

    def plain(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: plain(each, key) for key, each in value.items()}
        if isinstance(value, list):
            return [plain(each, name) for each in value]
        return digests[value] if name == "other" else round(value, 6) if isinstance(value, float) else value

    return {digests[image]: plain(document) for image, document in found.items()}


def drop(value: Any, name: str) -> None:
    """From everything in it."""
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        drop(each, name)
    if isinstance(value, dict):
        value.pop(name, None)


def pictures(dataset: Path) -> set[bytes]:
    return {read_bytes(dataset, item) for item in read_index(dataset)}


@pytest.mark.parametrize(
    ("folder", "read_as", "layout", "tasks"),
    [
        ("tinycoco", "coco", "coco", [MASKS, BOXES]),
        ("shapes_instances", "coco", "coco", [MASKS, BOXES]),
        ("voc7", "voc-detection", "voc", [BOXES]),
        ("voc7", "voc-detection", "coco", []),
        ("voc7", "voc-segmentation", "coco", [MASKS]),
        ("voc7", "voc-segmentation", "common-semantic-segmentation", ["semantic-segmentation"]),
        ("format_samples/yolo_dataset/labels", "yolo", "yolo", [BOXES]),
        ("imagenet200", "imagenet-list", "imagenet", ["classification"]),
        ("landmarks_dlib68", "dlib-landmarks", "coco-keypoints", [POINTS]),
        ("format_samples/lfw_dataset/test", "lfw", "lfw", [PAIRS]),
        ("sr8", "common-super-resolution", "common-super-resolution", ["super-resolution"]),
        ("set5", "unannotated", "unannotated", []),
    ],
)
def test_what_is_exported_and_imported_is_the_same(
    sample: Callable, imported: Callable, exported: Callable, folder: str, read_as: str, layout: str, tasks: list[str]
) -> None:
    files = sample(folder, read_as)
    if folder == "sr8":  # one scale a dataset
        files = {name: data for name, data in files.items() if not name.startswith("LR_x3")}
    first = imported(files, format=read_as)

    again = imported(exported(first, layout)[1], format=layout if layout in ("unannotated", "lfw") else None)

    assert pictures(again) == pictures(first)
    for task in tasks:
        came, went = known(again, task), known(first, task)
        if read_as == "voc-segmentation" and layout == "coco":
            drop(came, "area")  # which COCO has of everything
        assert came == went
        assert read_classes(again).get(task) == read_classes(first).get(task)


def test_every_task_has_a_layout() -> None:
    """The tasks that are fed with images alone have the layout of these."""
    held = {task for layout in writing.LAYOUTS for task in layout.TASKS}

    assert {task.name for task in TASKS if task.annotated} - held == set()
    assert any(not layout.TASKS for layout in writing.LAYOUTS)


def test_boxes_of_voc_come_through_coco(sample: Callable, imported: Callable, exported: Callable) -> None:
    first = imported(sample("voc7", "voc-detection"), format="voc-detection")

    again = imported(exported(first, "coco")[1])

    def plain(dataset: Path) -> Kept:
        return {
            image: [(thing["class"], thing["box"]) for thing in document["things"] if not thing.get("difficult")]
            for image, document in known(dataset, BOXES).items()
        }

    assert plain(again) == plain(first)


@pytest.fixture
def pairs(imported: Callable, image: Callable) -> Callable[[str], Path]:
    """``pairs(text)``: a dataset of four faces of two people."""
    faces = {
        f"photos/{name}/{name}_{number:04d}.jpg": image(seed)
        for seed, (name, number) in enumerate([("ann", 1), ("ann", 7), ("bob", 2), ("bob", 3)])
    }
    return lambda text: imported(faces | {"lists/pairs.txt": text.encode()}, calibration_percent=0)


def test_folds_and_numbers_of_faces_are_kept(pairs: Callable, exported: Callable) -> None:
    first = pairs("2\t1\nann\t1\t7\nann\t1\tbob\t2\nbob\t2\t3\nann\t7\tbob\t3\n")

    facts, files = exported(first, "lfw")

    assert files["annotations/pairs.txt"] == b"2\t1\nann\t1\t7\nann\t1\tbob\t2\nbob\t2\t3\nann\t7\tbob\t3\n"
    assert "images/bob/bob_0003.jpg" in files
    assert not any("folds" in told for told in facts["warnings"])


def test_folds_that_are_no_sets_are_told(pairs: Callable, exported: Callable, imported: Callable) -> None:
    first = pairs("2\t1\nann\t1\tbob\t2\nann\t7\tbob\t2\nbob\t2\t3\nann\t7\tbob\t3\n")

    facts, files = exported(first, "lfw")
    again = imported(files, calibration_percent=0)

    assert any("so they are not kept" in told for told in facts["warnings"])
    told = [
        {
            image: [(pair["other"], pair["same"]) for pair in document["pairs"]]
            for image, document in known(dataset, PAIRS).items()
        }
        for dataset in (first, again)
    ]
    assert told[0] == told[1]


def test_a_mask_of_classes_is_told_with_its_names_and_what_nobody_judged(
    imported: Callable, exported: Callable, image: Callable, png: Callable
) -> None:
    photos = {f"JPEGImages/{name}.png": image(n, kind="PNG", size=(4, 1)) for n, name in enumerate(("a", "n/b"))}
    masks = {f"SegmentationClass/{name}.png": png([[0, 5, 255, n]]) for n, name in enumerate(("a", "n/b"))}
    first = imported(photos | masks)

    _, files = exported(first, "common-semantic-segmentation")

    assert files.keys() == {
        "Images/JPEGImages_a.png",
        "Images/JPEGImages_n_b.png",
        "Masks/JPEGImages_a.png",
        "Masks/JPEGImages_n_b.png",
        "dataset_meta.json",
    }
    assert json.loads(files["dataset_meta.json"])["label_map"]["5"] == "bottle"
    assert files["Masks/JPEGImages_a.png"] == png([[0, 5, 255, 0]])


def test_two_images_for_one_mask_are_refused_by_name(
    imported: Callable, exported: Callable, image: Callable, png: Callable
) -> None:
    photos = {f"JPEGImages/{name}.png": image(n, kind="PNG", size=(4, 1)) for n, name in enumerate(("a_b", "a/b"))}
    masks = {f"SegmentationClass/{name}.png": png([[0, 5, 255, 0]]) for name in ("a_b", "a/b")}
    first = imported(photos | masks)

    with pytest.raises(NotHeld, match="would both have Masks/JPEGImages_a_b.png; rename one"):
        exported(first, "common-semantic-segmentation")


def test_any_dataset_is_written_as_its_images_alone(imported: Callable, exported: Callable, image: Callable) -> None:
    first = imported({"cat/1.jpg": image(1), "dog/2.jpg": image(2)})

    facts, files = exported(first, "unannotated")

    assert files == {"cat/1.jpg": image(1), "dog/2.jpg": image(2)}
    assert facts["warnings"][0] == "unannotated holds no annotations for classification: they are not in it."


def test_holes_go_out_and_come_back(imported: Callable, exported: Callable, image: Callable, png: Callable) -> None:
    mask = png(np.arange(20 * 16).reshape(16, 20) >= 200, kind="PNG")
    files = {
        "a/1.jpg": image(1, size=(20, 16)),
        "a/1_hole.png": mask,
        "b.png": image(2, size=(20, 16), kind="PNG"),
        "b_hole.png": png(np.eye(16, 20) * 255),
    }
    first = imported(files)

    again = imported(exported(first, "inpainting-masks")[1])

    assert len(known(first, "inpainting")) == 2
    assert known(again, "inpainting") == known(first, "inpainting")
