"""Images without labels, and trees whose annotations are not read yet."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from workbench.dataset.formats import unannotated


def _names(reading: object) -> list[str]:
    return [image.name for image in reading.images]


def test_images_anywhere_are_taken_without_labels(tree: Callable) -> None:
    reading = unannotated.read(tree({"b.jpg": b"", "sub/a.png": b""}))

    assert _names(reading) == ["b.jpg", "sub/a.png"]
    assert (reading.annotations, reading.classes) == ({}, {})


def test_images_in_one_folder_raise_no_warning(tree: Callable) -> None:
    assert unannotated.read(tree({"photos/a.jpg": b"", "photos/b.jpg": b""})).warnings == ()


def test_a_folder_around_all_images_may_be_meant_as_their_only_class(ingested: Callable, image: Callable) -> None:
    files = {f"cat/{number}.jpg": image(number) for number in range(3)}

    facts, _ = ingested(files)
    said, _ = ingested(files, {"format": "imagenet-folders"})

    assert (facts["format"], said["labels"]) == ("unannotated", ["cat"])
    assert facts["warnings"][0] == (
        "All images lie in one folder, cat, not taken for a class. If it is the only class, say the format "
        "imagenet-folders (`--format imagenet-folders`)."
    )


def test_folders_that_were_not_taken_for_classes_are_warned_of(tree: Callable) -> None:
    [warning] = unannotated.read(tree({"a.jpg": b"", "sub/b.jpg": b""})).warnings

    assert warning == "The images lie in 2 folders (the root, sub), not taken for classes."


def test_files_that_are_no_images_are_warned_of_by_name(tree: Callable) -> None:
    [warning] = unannotated.read(tree({"a.jpg": b"", "b.jpg": b"", "labels.csv": b""})).warnings

    assert warning == "1 files are no images and were left out: labels.csv"


def test_pictures_called_masks_of_others_are_not_taken_for_photos_unasked(tree: Callable) -> None:
    pairs = tree({"bird.jpg": b"", "bird_mask.png": b"", "dog.jpg": b"", "dog_mask.png": b""})

    reason = unannotated.recognise(pairs)

    assert reason is not None
    assert reason.startswith("bird_mask.png is called a mask of another picture.")
    assert "dataset_meta.json" in reason
    assert "inpainting-masks" in reason
    assert len(unannotated.read(pairs).images) == 4
    assert unannotated.recognise(tree({"gas_mask.jpg": b"", "bird.jpg": b""})) is None


def test_a_coco_tree_gives_its_images_and_a_warning(tree: Callable) -> None:
    reading = unannotated.read(
        tree({"images/val2017/1.jpg": b"", "images/train2017/2.jpg": b"", "annotations/instances_val2017.json": b"{}"})
    )

    assert len(reading.images) == 2
    assert reading.warnings == (
        "The annotations of COCO (annotations/instances_val2017.json) were not read: "
        "the images are kept without labels.",
    )


def test_a_voc_tree_gives_its_photos_but_not_its_masks(tree: Callable) -> None:
    reading = unannotated.read(
        tree(
            {
                "VOC2012/JPEGImages/1.jpg": b"",
                "VOC2012/Annotations/1.xml": b"",
                "VOC2012/SegmentationClass/1.png": b"",
                "VOC2012/SegmentationObject/1.png": b"",
            }
        )
    )

    assert _names(reading) == ["JPEGImages/1.jpg"]
    assert reading.warnings == (
        "The boxes of Pascal VOC were not read: the images are kept without labels.",
        "2 masks were left out.",
    )


@pytest.mark.parametrize("folder", ["gtFine/val/aachen", "valannot", "LabeledApproved_full", "VOC/SegmentationClass"])
def test_masks_of_any_layout_are_no_photos(tree: Callable, folder: str) -> None:
    reading = unannotated.read(tree({f"{folder}/a.png": b"", "photos/a.png": b""}))

    assert _names(reading) == ["photos/a.png"]
    assert reading.warnings == ("1 masks were left out.",)


def test_a_folder_of_masks_is_one_only_where_images_lie_beside_it(tree: Callable) -> None:
    assert _names(unannotated.read(tree({"Images/a.jpg": b"", "Masks/a.png": b""}))) == ["Images/a.jpg"]
    assert _names(unannotated.read(tree({"faces/a.jpg": b"", "masks/a.jpg": b""}))) == ["faces/a.jpg", "masks/a.jpg"]


def test_a_photo_called_like_a_mask_folder_is_kept(tree: Callable) -> None:
    assert _names(unannotated.read(tree({"SegmentationClass.png": b"", "b.png": b""}))) == [
        "SegmentationClass.png",
        "b.png",
    ]
