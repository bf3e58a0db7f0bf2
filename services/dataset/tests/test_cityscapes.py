"""Cityscapes: names that pair, parts, and ids that become the classes that are evaluated."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from workbench.dataset import formats
from workbench.dataset.formats import cityscapes
from workbench.dataset.masks import class_map

TASK = "semantic-segmentation"
FRAMES = ["aachen_000000_000019", "bonn_000007_000019"]


def files(
    part: str = "val", kind: str = "labelIds", images: str = "leftImg8bit", mask: bytes = b""
) -> dict[str, bytes]:
    """Of two frames."""
    found = {}
    for frame in FRAMES:
        place = f"{part}/{frame.split('_')[0]}/{frame}" if part else f"{frame.split('_')[0]}/{frame}"
        found |= {
            f"{images}/{place}_leftImg8bit.png": b"",
            f"gtFine/{place}_gtFine_{kind}.png": mask,
            f"gtFine/{place}_gtFine_polygons.json": b"{}",
        }
    return found


@pytest.mark.parametrize(
    "found",
    [
        files(),
        files(part=""),
        files(images="imgsFine/leftImg8bit"),
        files(kind="labelTrainIds"),
        {f"cityscapes/{name}": data for name, data in files().items()},
        {name.rpartition("/")[2]: data for name, data in files().items()},
    ],
)
def test_images_and_masks_pair_by_city_sequence_and_frame(tree: Callable, found: dict) -> None:
    arranged = tree(found)
    assert formats.choose(arranged, None) is cityscapes
    reading = cityscapes.read(arranged)

    assert [mask.file.rpartition("/")[2].split("_gtFine")[0] for mask in reading.annotations[TASK].values()] == FRAMES
    assert all(frame in image.name for frame, image in zip(FRAMES, reading.images, strict=True))
    assert (reading.warnings, reading.faults) == ((), ())
    assert reading.classes[TASK][0] == "road"
    assert len(reading.classes[TASK]) == 19


@pytest.mark.parametrize(("parts", "chosen", "others"), [("test train val", "val", 8), ("test train", "train", 4)])
def test_of_several_parts_one_counts(tree: Callable, parts: str, chosen: str, others: int) -> None:
    reading = cityscapes.read(tree({name: b"" for part in parts.split() for name in files(part)}))

    assert all(f"/{chosen}/" in image.name for image in reading.images)
    assert len(reading.images) == 2
    [warning] = reading.warnings
    assert warning.startswith(f"{others} images and masks are not in {chosen}/, so left out: leftImg8bit/test/aachen/")


def test_label_ids_are_preferred_to_what_is_derived_from_them(tree: Callable) -> None:
    reading = cityscapes.read(tree(files() | files(kind="instanceIds") | files(kind="color")))

    assert all("labelIds" in mask.file for mask in reading.annotations[TASK].values())


@pytest.mark.parametrize(
    ("kind", "pixels"),
    [
        ("labelIds", np.array([[7, 33, 0, 16, 255]], np.uint8)),
        ("instanceIds", np.array([[7, 33_012, 3, 29_001, 18]], np.uint16)),
        ("labelTrainIds", np.array([[0, 18, 255, 255, 255]], np.uint8)),
        ("color", np.array([[(128, 64, 128), (119, 11, 32), (0, 0, 0), (0, 0, 90), (111, 74, 0)]], np.uint8)),
    ],
)
def test_every_kind_of_mask_gives_the_classes_that_are_evaluated(
    tree: Callable, png: Callable, kind: str, pixels: np.ndarray
) -> None:
    reading = cityscapes.read(tree(files(kind=kind, mask=png(pixels))))

    for mask in reading.annotations[TASK].values():
        assert class_map(mask).tolist() == [[0, 18, 255, 255, 255]]


def test_an_id_that_cityscapes_has_not_is_refused(tree: Callable, png: Callable) -> None:
    reading = cityscapes.read(tree(files(mask=png([[7, 34]]))))

    with pytest.raises(ValueError, match=r"value 34, which no class has; known are 0 to 33, 255"):
        class_map(next(iter(reading.annotations[TASK].values())))


def test_masks_without_their_photos_are_a_fault(tree: Callable) -> None:
    reading = cityscapes.read(tree({name: data for name, data in files().items() if name.startswith("gtFine")}))

    assert [str(fault) for fault in reading.faults] == ["the upload: there are no images"]


def test_a_frame_that_is_there_twice_is_a_fault(tree: Callable) -> None:
    reading = cityscapes.read(tree(files() | files(images="copies")))

    assert "is of the same name; of two images keep one" in str(reading.faults[0])
