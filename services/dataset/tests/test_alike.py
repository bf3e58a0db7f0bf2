"""Whose folders make two classes of one gets to know it. Nothing is renamed, and a list names them as it likes."""

from __future__ import annotations

from collections.abc import Callable

from workbench.dataset import ingest
from workbench.dataset.reading.alike import alike_classes

ACUTE = ("caf\N{LATIN SMALL LETTER E WITH ACUTE}", "cafe\u0301")


def test_names_that_differ_by_case_spaces_or_coding_are_told() -> None:
    assert alike_classes(["Cat", "traffic light", "cat", "dog", "traffic_light", *ACUTE]) == [
        "Classes have names that are nearly the same, and are classes of their own: 'Cat' and 'cat'; "
        f"'traffic light' and 'traffic_light'; '{ACUTE[0]}' and '{ACUTE[1]}'."
    ]
    assert alike_classes(["cat", "cats", "c1", "c2"]) == []


def test_many_of_them_are_counted() -> None:
    [said] = alike_classes([name for number in range(7) for name in (f"a{number}", f"A{number}")])

    assert said.endswith("'a4' and 'A4' and 2 more.")


def test_folders_of_two_such_classes_are_taken_and_told(new_run: Callable, image: Callable) -> None:
    files = {f"{name}/{number}.jpg": image(7 * number) for name in ("Cat", "cat", "dog") for number in range(4)}

    facts = ingest.run(new_run(files))

    assert facts["labels"] == ["Cat", "cat", "dog"]
    assert [each for each in facts["warnings"] if "'Cat' and 'cat'" in each]


def test_names_that_a_list_gives_the_folders_are_taken_as_they_are(new_run: Callable, image: Callable) -> None:
    files = {f"{name}/{number}.jpg": image(7 * number) for name in ("Cat", "cat") for number in range(4)}

    facts = ingest.run(new_run({**files, "labels.txt": b"Cat\ncat\n"}))

    assert not [each for each in facts["warnings"] if "nearly the same" in each]
