"""Which classes a dataset of Open Images has: those of a model, whichever of them are in its pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import layouts
import pytest
from workbench.dataset import ingest
from workbench.shards import read_annotations

Take = Callable[[str], tuple[dict[str, Any], list[int]]]


@pytest.fixture
def take(image: Callable, new_run: Callable) -> Take:
    """``take(names)``: facts, and the class of the box in each of three pictures, /m/a, /m/b and /m/c."""

    def read(names: str) -> tuple[dict[str, Any], list[int]]:
        run = new_run(
            {f"images/{n}.jpg": image(n) for n in range(3)}
            | {"validation-annotations-bbox.csv": layouts.open_images(), "class-descriptions.csv": names.encode()}
        )
        facts = ingest.run(run)
        known = read_annotations(run.outputs, "object-detection")
        return facts, [known[f"images/{n}.jpg"]["things"][0]["class"] for n in range(3)]

    return read


def test_a_class_without_a_box_keeps_the_others_numbers(take: Take) -> None:
    facts, numbers = take("/m/z,zebra\n/m/b,bear\n/m/y,yak\n/m/a,ape\n/m/c,cow\n")

    assert facts["classes"]["object-detection"] == ["zebra", "bear", "yak", "ape", "cow"]
    assert numbers == [3, 1, 4]
    assert not any("have a box" in warning for warning in facts["warnings"])


def test_of_a_table_of_image_labels_those_with_a_box_are_taken_and_it_is_told(take: Take) -> None:
    facts, numbers = take("".join(f"/m/{n},label {n}\n" for n in range(1000)) + "/m/c,cow\n/m/b,bear\n/m/a,ape\n")

    assert facts["classes"]["object-detection"] == ["cow", "bear", "ape"]
    assert numbers == [2, 1, 0]
    assert facts["warnings"][0] == (
        "Of the 1003 classes that are named, the 3 that have a box are the dataset's. Bring the table of the classes "
        "of boxes alone (class-descriptions-boxable.csv) to number them as a model does."
    )
