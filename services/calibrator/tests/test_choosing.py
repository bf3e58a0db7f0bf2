"""The images that are calibrated with: of one part, different ones, none of those kept out, from everywhere."""

from __future__ import annotations

from typing import Any

from workbench.calibrator.choosing import choose
from workbench.calibrator.spec import read_calibration
from workbench.calibrator.values import CalibrationSpec
from workbench.shards import Item


def item(name: str, digest: str, split: str = "calibration") -> Item:
    return Item(name, "shards/00000.tar", 512, 1, digest * 64, split, 1, 1)


def spec(**changes: Any) -> CalibrationSpec:
    return read_calibration({"main_file": "model.xml", "recipe": {}} | changes)


def test_only_the_calibration_part_is_used() -> None:
    items = [item("a", "a"), item("b", "b", "evaluation"), item("c", "c")]

    assert [chosen.name for chosen in choose(items, spec(), set()).items] == ["a", "c"]


def test_split_all_uses_both_parts() -> None:
    items = [item("a", "a"), item("b", "b", "evaluation")]

    assert len(choose(items, spec(split="all"), set()).items) == 2


def test_excluded_digests_are_left_out_and_counted() -> None:
    items = [item("a", "a"), item("b", "b"), item("c", "c")]

    choice = choose(items, spec(), {"b" * 64, "f" * 64})

    assert [chosen.name for chosen in choice.items] == ["a", "c"]
    assert choice.excluded == 1


def test_the_same_picture_counts_once_under_its_first_name() -> None:
    items = [item("first", "a"), item("again", "a"), item("c", "c")]

    assert [chosen.name for chosen in choose(items, spec(), set()).items] == ["first", "c"]


def test_a_dataset_sorted_by_class_is_sampled_from_everywhere() -> None:
    items = [
        Item(f"{n:03d}", "shards/00000.tar", 512, 1, f"{n * 2654435761 % 2**32:064x}", "calibration", 1, 1)
        for n in range(1000)
    ]

    chosen = [int(item.name) for item in choose(items, spec(subset_size=100), set()).items]

    assert max(chosen) > 900
    assert min(chosen) < 100
    assert 400 < sum(chosen) / 100 < 600


def test_the_order_of_the_index_does_not_matter() -> None:
    items = [item(name, name) for name in "abcdef"]

    one = choose(items, spec(subset_size=3), set())
    other = choose(items[::-1], spec(subset_size=3), set())

    assert one == other
