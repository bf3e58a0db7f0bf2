"""Images and masks in two folders, and a description of their classes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from workbench.dataset import formats
from workbench.dataset.formats import common_semantic_segmentation

TASK = "semantic-segmentation"
META = b'{"labels": ["sky", "road"], "segmentation_colors": [[0, 0, 0], [9, 9, 9]]}'
FILES = {"Images/a.jpg": b"", "Images/b.jpg": b"", "Masks/a.png": b"", "Masks/b.bmp": b"", "dataset_meta.json": META}


@pytest.mark.parametrize("written", ["Images Masks", "images masks", "IMAGES Masks", "ds/Images ds/Masks"])
def test_the_folders_are_recognised_in_any_case(tree: Callable, written: str) -> None:
    images, masks = written.split()
    arranged = tree({f"{images}/a.jpg": b"", f"{masks}/a.png": b""})

    assert formats.choose(arranged, None) is common_semantic_segmentation


@pytest.mark.parametrize(
    "files",
    [
        {"Images/a.jpg": b"", "Masks/a.png": b"", "more/b.jpg": b""},
        {"Images/deep/a.jpg": b"", "Masks/a.png": b""},
        {"Images/a.jpg": b"", "Masks/a.txt": b""},
        {"Images/a.jpg": b""},
    ],
)
def test_other_folders_are_not(tree: Callable, files: dict) -> None:
    assert common_semantic_segmentation.recognise(tree(files)) is not None


def test_pairs_are_of_one_name_whatever_the_suffix(tree: Callable) -> None:
    reading = common_semantic_segmentation.read(tree(FILES))

    assert {image: mask.file for image, mask in reading.annotations[TASK].items()} == {
        "Images/a.jpg": "Masks/a.png",
        "Images/b.jpg": "Masks/b.bmp",
    }
    assert (reading.classes, reading.warnings, reading.faults) == ({TASK: ["sky", "road"]}, (), ())


def test_where_there_are_colours_gray_is_one_of_them(tree: Callable) -> None:
    colored = common_semantic_segmentation.read(tree(FILES)).annotations[TASK]["Images/a.jpg"].coding
    plain = (
        common_semantic_segmentation.read(tree(FILES | {"dataset_meta.json": b'{"labels": ["sky", "road"]}'}))
        .annotations[TASK]["Images/a.jpg"]
        .coding
    )

    assert (colored.values, colored.colors) == ({}, {(0, 0, 0): 0, (9, 9, 9): 1})
    assert (plain.values, plain.colors) == ({0: 0, 1: 1, 255: 255}, {})


def test_what_has_no_counterpart_is_left_out_and_told(tree: Callable) -> None:
    reading = common_semantic_segmentation.read(tree(FILES | {"Images/c.jpg": b"", "Masks/d.png": b""}))

    assert reading.warnings == (
        "1 images have no mask, so left out: Images/c.jpg",
        "1 masks have no image, so left out: Masks/d.png",
    )


def test_without_a_description_what_is_needed_is_told_and_no_mask_guessed(tree: Callable) -> None:
    arranged = tree({name: data for name, data in FILES.items() if "/" in name})
    reading = formats.choose(arranged, None).read(arranged)

    [fault] = reading.faults
    assert str(fault) == (
        "dataset_meta.json: is missing in the root; it tells the classes by label_map or labels, "
        "and their segmentation_colors (masks of what is missing in pictures are read by `--format "
        "inpainting-masks`)"
    )
    assert reading.annotations == {TASK: {}}


def test_masks_of_other_names_are_a_fault_that_shows_one(tree: Callable) -> None:
    reading = common_semantic_segmentation.read(
        tree({"images/image_1.png": b"", "masks/gt_1.png": b"", "dataset_meta.json": META})
    )

    assert [str(fault) for fault in reading.faults] == [
        "images/image_1.png: no image has a mask of its name; there are masks such as masks/gt_1.png"
    ]
