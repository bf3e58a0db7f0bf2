"""Low and high resolutions in two folders, and how two of them are found to be a pair."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from workbench.dataset import formats, ingest
from workbench.dataset.formats import common_super_resolution
from workbench.shards import read_annotations
from workbench.tasks.super_resolution.annotation import from_json

TASK = "super-resolution"


def pairs(tree: Callable, *names: str) -> dict[str, str]:
    reading = common_super_resolution.read(tree(dict.fromkeys(names, b"")))
    assert reading.faults == ()
    return {low: high.file for low, high in reading.annotations[TASK].items()}


@pytest.mark.parametrize("written", ["HR LR", "hr lr", "HR LR_x2", "HR LR_bicubic_X4", "ds/HR ds/LR"])
def test_the_folders_are_recognised(tree: Callable, written: str) -> None:
    high, low = written.split()

    assert formats.choose(tree({f"{high}/a.png": b"", f"{low}/a.png": b""}), None) is common_super_resolution


@pytest.mark.parametrize("files", [["HR/a.png"], ["HR/a.png", "LR/a.txt"], ["HR/a.png", "LRX/a.png"]])
def test_other_folders_are_not(tree: Callable, files: list[str]) -> None:
    assert common_super_resolution.recognise(tree(dict.fromkeys(files, b""))) is not None


@pytest.mark.parametrize(
    ("high", "low"),
    [
        ("1.png", "1.jpg"),
        ("0801.png", "0801x2.png"),
        ("baby_HR.png", "baby_LR.png"),
        ("a/b.png", "a/b.png"),
        ("img_001_SRF_2_HR.png", "img_001_SRF_2_LR.png"),
        ("Größe 1.png", "Größe 1.png"),
        ("frame12.png", "low_012.png"),
    ],
)
def test_a_pair_has_one_name_or_one_but_for_the_resolution_or_one_number(tree: Callable, high: str, low: str) -> None:
    assert pairs(tree, f"HR/{high}", f"LR/{low}") == {f"LR/{low}": f"HR/{high}"}


def test_names_come_before_numbers(tree: Callable) -> None:
    assert pairs(tree, "HR/a1.png", "HR/b1.png", "LR/a1.png", "LR/b1.png") == {
        "LR/a1.png": "HR/a1.png",
        "LR/b1.png": "HR/b1.png",
    }


def test_what_has_no_counterpart_is_left_out_and_told(tree: Callable) -> None:
    reading = common_super_resolution.read(
        tree(dict.fromkeys(["HR/a.png", "HR/b.png", "LR/a.png", "LR/c.png", "upsampled/a.png"], b""))
    )

    assert [image.name for image in reading.images] == ["LR/a.png"]
    assert reading.warnings == (
        "1 pictures of high resolution have no low one, so left out: HR/b.png",
        "1 pictures of low resolution have no high one, so left out: LR/c.png",
        "1 images in neither folder were left out: upsampled/a.png",
    )


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            ["HR/a.png", "LR_x2/a.png", "LR_x3/a.png"],
            "LR_x2: the folders LR_x2, LR_x3 are of one kind; a dataset has one scale: keep one",
        ),
        (
            ["HR/a.png", "LR/b.png"],
            "LR/b.png: no low resolution has a high one of its name or number; there are such as HR/a.png",
        ),
    ],
)
def test_what_can_not_be_paired_is_a_fault(tree: Callable, files: list[str], told: str) -> None:
    [fault] = common_super_resolution.read(tree(dict.fromkeys(files, b""))).faults

    assert str(fault) == told


def test_a_high_resolution_that_is_no_multiple_is_told_with_both_sizes(new_run: Callable, image: Callable) -> None:
    with pytest.raises(ingest.InvalidDataset) as refused:
        ingest.run(new_run({"LR/a.png": image(1), "HR/a.png": image(2, size=(40, 48))}))

    assert "HR/a.png: the high resolution is 40×48 pixels, the low one 20×16; it must be 2, 3" in str(refused.value)


def test_the_high_resolution_is_kept_to_the_last_level(new_run: Callable, image: Callable) -> None:
    run = new_run({"LR/a.png": image(1), "HR/a.png": image(2, kind="PNG", size=(40, 32))})

    ingest.run(run)

    known = from_json(read_annotations(run.outputs, TASK)["LR/a.png"])
    assert known.levels.shape == (32, 40, 3)
