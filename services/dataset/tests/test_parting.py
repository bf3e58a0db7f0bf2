"""Calibration and evaluation share no picture and nothing that belongs together, in small and in tied datasets too."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from workbench.dataset import ingest
from workbench.dataset.parting import CALIBRATION, EVALUATION, Parting
from workbench.shards import read_annotations, read_index, split_of
from workbench.tasks.scoring import picture


def digests(part: str, count: int) -> list[bytes]:
    """Of pictures that lie in this part by themselves."""
    found = (hashlib.sha256(bytes([high, low])).digest() for high in range(256) for low in range(256))
    wanted = (digest for digest in found if split_of(digest.hex()) == part)
    return [next(wanted) for _ in range(count)]


@pytest.mark.parametrize("part", [CALIBRATION, EVALUATION])
def test_a_small_dataset_has_both_parts_and_says_what_was_moved(part: str) -> None:
    parting = Parting(30)
    for number, digest in enumerate(digests(part, 7)):
        parting.add(f"{number}.jpg", digest)

    moved = parting.settle()

    other = {CALIBRATION, EVALUATION} - {part}
    assert (len(moved), set(moved.values())) == (1, other)
    [warning] = parting.warnings()
    assert warning.endswith(f"fell into the {other.pop()} part, so {next(iter(moved))} was put there.")


def test_a_copy_goes_where_its_original_goes() -> None:
    parting = Parting(30)
    for number, digest in enumerate([*digests(EVALUATION, 3)] * 2):
        parting.add(f"{number}.jpg", digest)

    moved = parting.settle()

    assert len(moved) == 2
    assert abs(int(max(moved)[0]) - int(min(moved)[0])) == 3  # the two of one picture


@pytest.mark.parametrize(("percent", "part"), [(0, EVALUATION), (100, CALIBRATION)])
def test_all_or_nothing_is_left_as_it_was_asked_for(percent: int, part: str) -> None:
    parting = Parting(percent)
    parts = {parting.add(f"{number}.jpg", digest) for number, digest in enumerate(digests(EVALUATION, 3))}

    assert (parts, parting.settle(), parting.warnings()) == ({part}, {}, [])


def lfw(image: Callable[..., bytes], people: int, pairs: list[tuple[int, int]]) -> dict[str, bytes]:
    """Two pictures of each person, which are a pair, and pairs of two people."""
    photos = {f"images/n{who}/n{who}_000{one}.jpg": image(10 * who + one) for who in range(people) for one in (1, 2)}
    same = "".join(f"n{who} 1 2\n" for who in range(people))
    other = "".join(f"n{one} 1 n{two} 2\n" for one, two in pairs)
    return photos | {"annotations/pairs.txt": f"1 {people}\n{same}{other}".encode()}


def parts_of_pairs(folder: Any) -> list[tuple[str, str]]:
    parts = {item.name: item.split for item in read_index(folder)}
    known = read_annotations(folder, "face-recognition")
    return [(parts[name], parts[pair["other"]]) for name in known for pair in known[name]["pairs"]]


def test_pairs_and_people_are_in_one_part(new_run: Callable, image: Callable) -> None:
    run = new_run(lfw(image, 10, [(0, 1), (2, 3), (4, 5)]))

    facts = ingest.run(run)

    pairs = parts_of_pairs(run.outputs)
    assert len(pairs) == 13
    assert all(one == other for one, other in pairs)
    assert facts["splits"] == {"calibration": 6, "evaluation": 14}
    assert facts["splits"]["calibration"] == sum(item.split == CALIBRATION for item in read_index(run.outputs))
    assert any("20 images in 7 groups" in warning for warning in facts["warnings"])


def test_where_all_is_tied_together_images_are_parted_and_people_are_told(new_run: Callable, image: Callable) -> None:
    run = new_run(lfw(image, 6, [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)]))

    facts = ingest.run(run)

    assert min(facts["splits"].values()) > 0
    assert any("calibration percentage of 0" in warning for warning in facts["warnings"])


def test_a_tie_needs_no_annotation_of_the_other_image() -> None:
    parting = Parting(30)
    for number, digest in enumerate(digests(EVALUATION, 9)):
        parting.add(str(number), digest, [picture(str(number + 1))] if number % 3 == 0 else [])

    moved = parting.settle()

    assert set(moved.values()) == {CALIBRATION}
    assert ("0" in moved) == ("1" in moved)
    assert ("3" in moved) == ("4" in moved)


def test_copies_of_one_picture_are_told_whether_they_are_tied_or_not() -> None:
    parting, [digest] = Parting(30), digests(EVALUATION, 1)
    for number in range(3):
        parting.add(str(number), digest, [picture("0")])

    assert parting.settle() == {}
    assert parting.warnings() == ["No image fell into the calibration part: there is one picture, and none is in both."]
