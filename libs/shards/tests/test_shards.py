"""A dataset in shards: any tool can list it, the same images make the same bytes, and nothing hostile is believed."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tarfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.shards import BadDataset, Item, ShardWriter, read_bytes, read_index, split_of

IMAGES = {"images/a.jpg": b"first", "images/b.jpg": b"second" * 300, "images/c.jpg": b"third"}


def write(folder: Path, images: dict[str, bytes] = IMAGES, **options: Any) -> list[Item]:
    with ShardWriter(folder, **options) as writer:
        return [add(writer, name, data) for name, data in images.items()]


def add(writer: ShardWriter, name: str, data: bytes = b"data", **changes: Any) -> Item:
    return writer.add(name, data, **{"split": "evaluation", "width": 4, "height": 3} | changes)


def rewrite_line(folder: Path, number: int, **changes: Any) -> None:
    lines = (folder / "index.jsonl").read_text().splitlines()
    lines[number - 1] = json.dumps(json.loads(lines[number - 1]) | changes)
    (folder / "index.jsonl").write_text("\n".join(lines) + "\n")


def test_what_was_added_is_read_back(tmp_path: Path) -> None:
    written = write(tmp_path)

    items = read_index(tmp_path)

    assert items == written
    assert [read_bytes(tmp_path, item) for item in items] == list(IMAGES.values())


def test_an_item_carries_what_is_known_of_its_image(tmp_path: Path) -> None:
    with ShardWriter(tmp_path) as writer:
        add(writer, "a.jpg", b"x", split="calibration", width=640, height=480)

    assert asdict(read_index(tmp_path)[0]) == {
        "name": "a.jpg",
        "shard": "shards/00000.tar",
        "offset": 512,
        "length": 1,
        "sha256": hashlib.sha256(b"x").hexdigest(),
        "split": "calibration",
        "width": 640,
        "height": 480,
    }


def test_tar_lists_a_shard(tmp_path: Path) -> None:
    write(tmp_path)

    listed = subprocess.run(
        ["tar", "tf", tmp_path / "shards" / "00000.tar"], capture_output=True, text=True, check=True, timeout=30
    )

    assert listed.stdout.split() == list(IMAGES)
    assert listed.stderr == ""


def test_the_tar_holds_the_same_bytes_at_the_indexed_place(tmp_path: Path) -> None:
    items = write(tmp_path)

    with tarfile.open(tmp_path / "shards" / "00000.tar") as tar:
        for item, member in zip(items, tar.getmembers(), strict=True):
            assert (member.name, member.offset_data, member.size) == (item.name, item.offset, item.length)


def test_the_same_images_make_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        write(tmp_path / folder)

    for file in ("index.jsonl", "shards/00000.tar"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_full_shard_is_followed_by_another(tmp_path: Path) -> None:
    images = {f"{number}.jpg": bytes([number]) * 3000 for number in range(7)}

    items = write(tmp_path, images, max_bytes=10_000)

    assert {item.shard for item in items} == {
        "shards/00000.tar",
        "shards/00001.tar",
        "shards/00002.tar",
        "shards/00003.tar",
    }
    assert all(path.stat().st_size <= 10_000 for path in (tmp_path / "shards").iterdir())
    assert [read_bytes(tmp_path, item) for item in items] == list(images.values())


def test_an_image_larger_than_a_shard_is_refused(tmp_path: Path) -> None:
    with ShardWriter(tmp_path, max_bytes=4096) as writer, pytest.raises(BadDataset, match="at most"):
        add(writer, "large.jpg", bytes(5000))


@pytest.mark.parametrize("name", ["写真/猫.jpg", "a b.jpg", "x" * 200 + ".jpg", "d" * 90 + "/" + "f" * 90])
def test_long_and_foreign_names_are_kept(tmp_path: Path, name: str) -> None:
    items = write(tmp_path, {name: b"data", "next.jpg": b"more"})

    assert [item.name for item in read_index(tmp_path)] == [name, "next.jpg"]
    assert [read_bytes(tmp_path, item) for item in items] == [b"data", b"more"]
    with tarfile.open(tmp_path / "shards" / "00000.tar") as tar:
        assert tar.getnames() == [name, "next.jpg"]


def test_the_same_picture_may_come_under_two_names(tmp_path: Path) -> None:
    first, second = write(tmp_path, {"a.jpg": b"same", "b.jpg": b"same"})

    assert first.sha256 == second.sha256


def test_a_dataset_of_nothing_has_no_items(tmp_path: Path) -> None:
    write(tmp_path, {})

    assert read_index(tmp_path) == []


def test_closing_twice_is_closing_once(tmp_path: Path) -> None:
    writer = ShardWriter(tmp_path)
    add(writer, "a.jpg")
    writer.close()
    before = (tmp_path / "shards" / "00000.tar").read_bytes()

    writer.close()

    assert (tmp_path / "shards" / "00000.tar").read_bytes() == before


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/etc/passwd",
        "../a.jpg",
        "a/../b.jpg",
        "a//b.jpg",
        "./a.jpg",
        ".",
        "a/",
        "a\x00.jpg",
        "a\nb.jpg",
        "a\\b.jpg",
        "\ud800.jpg",
    ],
)
def test_an_unsafe_name_is_refused(tmp_path: Path, name: str) -> None:
    with ShardWriter(tmp_path) as writer, pytest.raises(BadDataset, match="can't name an image"):
        add(writer, name)


def test_a_name_that_is_there_already_is_refused(tmp_path: Path) -> None:
    with ShardWriter(tmp_path) as writer:
        add(writer, "a.jpg")
        with pytest.raises(BadDataset, match=r"a\.jpg is there twice"):
            add(writer, "a.jpg")


@pytest.mark.parametrize("wrong", [{"split": "test"}, {"width": 0}, {"height": 1.5}])
def test_a_value_no_index_may_hold_is_refused_and_nothing_is_added(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with ShardWriter(tmp_path) as writer:
        with pytest.raises(BadDataset, match=next(iter(wrong))):
            add(writer, "a.jpg", **wrong)
        add(writer, "b.jpg")

    assert [item.name for item in read_index(tmp_path)] == ["b.jpg"]


def test_an_image_of_no_bytes_is_refused(tmp_path: Path) -> None:
    with ShardWriter(tmp_path) as writer, pytest.raises(BadDataset, match="length"):
        add(writer, "empty.jpg", b"")


@pytest.mark.parametrize(
    "changes",
    [
        {"shard": "../secret.tar"},
        {"shard": "/etc/passwd"},
        {"shard": "shards/../../x.tar"},
        {"shard": "index.jsonl"},
        {"shard": "shards/00000.tar\n"},
        {"shard": None},
        {"offset": -1},
        {"offset": 1.5},
        {"offset": "512"},
        {"length": 0},
        {"length": -5},
        {"length": True},
        {"sha256": "abc"},
        {"sha256": "Z" * 64},
        {"sha256": None},
        {"split": "train"},
        {"split": ["evaluation"]},
        {"name": "../a.jpg"},
        {"name": 5},
        {"width": 0},
        {"height": None},
        {"extra": 1},
    ],
)
def test_a_hostile_index_line_is_refused_by_its_number(tmp_path: Path, changes: dict[str, Any]) -> None:
    write(tmp_path)
    rewrite_line(tmp_path, 2, **changes)

    with pytest.raises(BadDataset, match="line 2"):
        read_index(tmp_path)


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"name": "a"}'])
def test_a_line_that_is_no_item_is_refused_by_its_number(tmp_path: Path, line: bytes) -> None:
    write(tmp_path)
    with (tmp_path / "index.jsonl").open("ab") as file:
        file.write(line + b"\n")

    with pytest.raises(BadDataset, match="line 4"):
        read_index(tmp_path)


def test_a_folder_without_an_index_is_no_dataset(tmp_path: Path) -> None:
    with pytest.raises(BadDataset, match=r"no index\.jsonl"):
        read_index(tmp_path)


@pytest.mark.parametrize("changes", [{"offset": 10**6}, {"length": 10**6}, {"length": 2**62}, {"offset": 2**62}])
def test_a_range_outside_the_shard_is_refused(tmp_path: Path, changes: dict[str, int]) -> None:
    item = replace(write(tmp_path)[0], **changes)

    with pytest.raises(BadDataset, match=r"images/a\.jpg: bytes .* outside shards/00000\.tar"):
        read_bytes(tmp_path, item)


@pytest.mark.parametrize("changes", [{"offset": 0}, {"length": 4}, {"sha256": "0" * 64}])
def test_bytes_of_another_digest_are_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    item = replace(write(tmp_path)[0], **changes)

    with pytest.raises(BadDataset, match="digest"):
        read_bytes(tmp_path, item)


def test_a_changed_bit_in_a_shard_is_found(tmp_path: Path) -> None:
    item = write(tmp_path)[0]
    shard = tmp_path / item.shard
    data = bytearray(shard.read_bytes())
    data[item.offset] ^= 1
    shard.write_bytes(data)

    with pytest.raises(BadDataset, match="digest"):
        read_bytes(tmp_path, item)


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    item = write(tmp_path)[0]
    (tmp_path / item.shard).unlink()

    with pytest.raises(BadDataset, match=r"shards/00000\.tar is missing"):
        read_bytes(tmp_path, item)


@given(st.binary(min_size=1, max_size=50), st.integers(0, 100))
def test_the_split_is_a_matter_of_the_bytes_alone(data: bytes, percent: int) -> None:
    digest = hashlib.sha256(data).hexdigest()

    assert split_of(digest, percent) == split_of(digest, percent)
    assert split_of(digest, 0) == "evaluation"
    assert split_of(digest, 100) == "calibration"


def test_about_thirty_percent_are_for_calibration() -> None:
    digests = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(2000)]

    share = sum(split_of(digest) == "calibration" for digest in digests) / len(digests)

    assert share == pytest.approx(0.3, abs=0.03)
