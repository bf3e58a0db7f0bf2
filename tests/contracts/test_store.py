"""What every store does."""

from __future__ import annotations

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from workbench.problems.common import Deleted, NotFound
from workbench.store import File, FileStore, Keys, Manifest, Manifests, ObjectMissing, Store


@pytest.fixture(params=["files"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return FileStore(tmp_path / "store")


def test_an_object_comes_back_as_it_went_in(store: Store) -> None:
    store.put("a/b.bin", b"bytes")

    assert store.get("a/b.bin") == b"bytes"
    assert store.info("a/b.bin").size_bytes == 5
    assert store.exists("a/b.bin")


def test_a_stream_is_stored_with_its_digest_and_size(store: Store) -> None:
    data = bytes(range(256)) * 10_000

    assert store.put_stream("big", io.BytesIO(data)) == (hashlib.sha256(data).hexdigest(), len(data))
    assert b"".join(store.read("big")) == data


@pytest.mark.parametrize(("start", "length"), [(0, 10), (5, None), (1_048_570, 20), (2_999_999, 10), (3_000_000, 1)])
def test_a_range_is_that_part_and_no_more(store: Store, start: int, length: int | None) -> None:
    data = bytes(1000) + b"x" * 2_999_000
    store.put("ranged", data)

    expected = data[start:] if length is None else data[start : start + length]
    assert b"".join(store.read("ranged", start, length)) == expected


def test_racing_writers_of_one_key_leave_one_whole_object(store: Store) -> None:
    with ThreadPoolExecutor(8) as writers:  # forty writes: a shared temporary file survives two by luck
        list(writers.map(lambda byte: store.put("models/a.bin", byte * 2**18), [b"a", b"b"] * 20))

    assert store.get("models/a.bin") in (b"a" * 2**18, b"b" * 2**18)


def test_a_source_that_breaks_leaves_nothing(store: Store) -> None:
    class Broken(io.RawIOBase):
        def read(self, _size: int = -1) -> bytes:
            raise OSError("the client went away")

    with pytest.raises(OSError, match="went away"):
        store.put_stream("uploads/x", Broken())

    assert not store.exists("uploads/x")
    assert list(store.list("")) == []


@pytest.mark.parametrize("key", ["../x", "/etc/passwd", "a/../b", "a//b", "", ".", "a/./b", "nul\0"])
def test_a_key_that_leaves_the_store_is_refused(store: Store, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        store.put(key, b"x")


def test_a_missing_object_is_said_before_the_first_byte(store: Store) -> None:
    for act in (store.get, store.info, store.read):
        with pytest.raises(ObjectMissing):
            act("nothing")
    with pytest.raises(ObjectMissing):
        store.copy("nothing", "anything")


def test_lists_are_by_prefix_and_in_order(store: Store) -> None:
    for key in ("p/b", "p/a", "p/sub/c", "q/d"):
        store.put(key, b"")

    assert [info.key for info in store.list("p/")] == ["p/a", "p/b", "p/sub/c"]


def test_deleting_twice_is_fine_and_a_neighbour_stays(store: Store) -> None:
    store.put("p/a", b"1")
    store.put("p/b", b"2")

    store.delete("p/a")
    store.delete("p/a")

    assert [info.key for info in store.list("p/")] == ["p/b"]


def manifest(store: Store) -> Manifests:
    manifests = Manifests(store, "team")
    manifests.write(Manifest("model", "m1", "team", "2026-01-01T00:00:00Z", (File("a", "0" * 64, 3),), {"x": 1}).text())
    return manifests


def test_a_manifest_is_the_same_bytes_every_time(store: Store) -> None:
    found = manifest(store).get("model", "m1")

    assert Manifest.parse(found.text()).text() == found.text()
    assert found.file("a").size_bytes == 3


def test_another_teams_manifest_is_not_found(store: Store) -> None:
    manifest(store)

    with pytest.raises(NotFound):
        Manifests(store, "other").get("model", "m1")


def test_what_is_held_cannot_be_buried_until_it_is_released(store: Store) -> None:
    manifests = manifest(store)
    manifests.hold("model", "m1", "project-1")

    assert manifests.bury("m1") == ["project-1"]
    assert manifests.usable("model", "m1")
    manifests.release("m1", "project-1")
    assert manifests.bury("m1") == []


def test_what_is_buried_cannot_be_held_and_leaves_no_reference(store: Store) -> None:
    manifests = manifest(store)
    manifests.bury("m1")

    with pytest.raises(Deleted):
        manifests.hold("model", "m1", "project-1")
    assert manifests.holders("m1") == []
    assert manifests.get("model", "m1"), "lineage keeps the manifest"


def test_blobs_of_two_teams_never_share_a_key() -> None:
    assert Keys("a").blob("0") != Keys("b").blob("0")
