"""Annotations by task: written and read, those of the first release too, and nothing hostile believed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from workbench.shards import (
    AnnotationWriter,
    BadDataset,
    ShardWriter,
    read_annotations,
    read_bytes,
    read_classes,
    read_index,
    tasks_of,
)

RELEASED = Path(__file__).with_name("release_0_1_0")
KNOWN: dict[str, dict[str, Any]] = {"a.jpg": {"label": 1}, "写真.jpg": {"label": 0}}


def write(folder: Path) -> None:
    with AnnotationWriter(folder, ["classification", "object-detection"]) as writer:
        for name, annotation in KNOWN.items():
            writer.add(name, {"classification": annotation})
        writer.add("a.jpg", {"object-detection": {"boxes": []}})
        writer.close({"classification": ["cat", "犬"]})


def test_what_was_written_is_read_back_by_task(tmp_path: Path) -> None:
    write(tmp_path)

    assert read_annotations(tmp_path, "classification") == KNOWN
    assert read_annotations(tmp_path, "object-detection") == {"a.jpg": {"boxes": []}}
    assert read_classes(tmp_path) == {"classification": ["cat", "犬"]}


def test_the_files_say_which_tasks_a_dataset_serves(tmp_path: Path) -> None:
    write(tmp_path)

    assert tasks_of(tmp_path) == ["classification", "object-detection"]


def test_images_alone_serve_no_task(tmp_path: Path) -> None:
    with ShardWriter(tmp_path) as shards, AnnotationWriter(tmp_path, []) as annotations:
        shards.add("a.jpg", b"x", split="evaluation", width=1, height=1)
        annotations.close({})

    assert tasks_of(tmp_path) == []
    assert read_annotations(tmp_path, "classification") == {}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["classes.json", "index.jsonl", "shards"]


def test_a_dataset_of_the_first_release_is_read_for_ever() -> None:
    items = read_index(RELEASED)

    assert [item.name for item in items] == ["cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png", "other.png"]
    assert all(read_bytes(RELEASED, item).startswith(b"\x89PNG") for item in items)
    assert tasks_of(RELEASED) == ["classification"]
    assert read_annotations(RELEASED, "classification") == {
        "cat/1.png": {"label": 0},
        "cat/2.png": {"label": 0},
        "dog/1.png": {"label": 1},
        "dog/2.png": {"label": 1},
    }
    assert read_annotations(RELEASED, "object-detection") == {}
    assert read_classes(RELEASED) == {}


@pytest.mark.parametrize("label", ["-1", "1.0", "true", '"cat"', "[]"])
def test_a_label_that_is_none_is_refused_by_its_line(tmp_path: Path, label: str) -> None:
    lines = (RELEASED / "index.jsonl").read_text().splitlines()
    (tmp_path / "index.jsonl").write_text("\n".join([lines[0], lines[1].replace('"label": 0', f'"label": {label}')]))

    with pytest.raises(BadDataset, match=r"index\.jsonl line 2: field label"):
        read_annotations(tmp_path, "classification")


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "null",
        '{"name": "b"}',
        '{"name": 5, "annotation": {}}',
        "[" * 100_000,
        '{"name": "b", "annotation": []}',
        '{"name": "b", "annotation": {}, "more": 1}',
        '{"name": "a.jpg", "annotation": {}}',
    ],
)
def test_a_hostile_line_is_refused_by_its_number(tmp_path: Path, line: str) -> None:
    write(tmp_path)
    with (tmp_path / "annotations" / "classification.jsonl").open("a") as file:
        file.write(line + "\n")

    with pytest.raises(BadDataset, match=r"annotations/classification\.jsonl line 3"):
        read_annotations(tmp_path, "classification")


@pytest.mark.parametrize("text", ["{", "[]", '{"classification": "cat"}', '{"classification": [1]}', "[" * 100_000])
def test_classes_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "classes.json").write_text(text)

    with pytest.raises(BadDataset, match=r"classes\.json"):
        read_classes(tmp_path)
