"""What every store does."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from workbench.problems.common import Deleted, NotFound
from workbench.store import (
    File,
    FileStore,
    Keys,
    Manifest,
    Manifests,
    ObjectMissing,
    Part,
    PartMismatch,
    Store,
    UploadMissing,
)
from workbench.store.s3 import S3Store

MIB = 1 << 20


@pytest.fixture(params=["files", "s3"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    """Opens the same store again and again, as one process after another would."""
    if request.param == "files":
        return lambda: FileStore(tmp_path / "store")
    server, prefix = request.getfixturevalue("seaweedfs"), f"{uuid.uuid4().hex}/"
    return lambda: S3Store(server.endpoint, server.bucket, server.access_key, server.secret_key, prefix=prefix)


@pytest.fixture
def store(opened: Callable[[], Store]) -> Store:
    return opened()


def test_an_object_comes_back_as_it_went_in(store: Store) -> None:
    store.put("a/b.bin", b"bytes")

    assert store.get("a/b.bin") == b"bytes"
    assert store.info("a/b.bin").size_bytes == 5
    assert store.exists("a/b.bin")


def test_a_stream_is_stored_with_its_digest_and_size(store: Store) -> None:
    data = bytes(range(256)) * 10_000

    assert store.put_stream("big", io.BytesIO(data)) == (hashlib.sha256(data).hexdigest(), len(data))
    assert b"".join(store.read("big")) == data


@pytest.mark.parametrize(
    ("start", "length"),
    [(0, 10), (5, None), (1_048_570, 20), (2_999_999, 10), (3_000_000, 1), (3_000_000, None), (7, 0), (0, 9_000_000)],
)
def test_a_range_is_that_part_and_no_more(store: Store, start: int, length: int | None) -> None:
    data = bytes(1000) + b"x" * 2_999_000
    store.put("ranged", data)

    expected = data[start:] if length is None else data[start : start + length]
    assert b"".join(store.read("ranged", start, length)) == expected


@pytest.mark.parametrize("size", [0, 1, 8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 20 * MIB])
def test_a_stream_of_any_size_comes_back_whole(store: Store, size: int, tmp_path: Path) -> None:
    data = hashlib.shake_128(b"seed").digest(1000) * (size // 1000 + 1)
    data = data[:size]
    digest = hashlib.sha256(data).hexdigest()

    assert store.put_stream("sized", io.BytesIO(data)) == (digest, size)
    assert store.fetch("sized", tmp_path / "fetched") == digest
    assert (tmp_path / "fetched").read_bytes() == data


def test_a_source_that_gives_little_at_a_time_is_read_to_its_end(store: Store) -> None:
    class Socket(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, 70_001))

    data = bytes(range(256)) * 40_000

    assert store.put_stream("little", Socket(data)) == (hashlib.sha256(data).hexdigest(), len(data))
    assert store.get("little") == data


def test_a_copy_is_the_same_bytes_under_another_key(store: Store) -> None:
    data = bytes(range(251)) * (70 * MIB // 251)  # more than one server-side part
    store.put_stream("from/a", io.BytesIO(data))
    store.put("from/empty", b"")

    store.copy("from/a", "to/b")
    store.copy("from/empty", "to/empty")
    store.delete("from/a")

    assert hashlib.sha256(store.get("to/b")).digest() == hashlib.sha256(data).digest()
    assert store.get("to/empty") == b""


def test_overwriting_gives_the_new_bytes_even_when_they_are_none(store: Store) -> None:
    for data in (b"", b"first", b"", b"second, longer"):
        store.put("again", data)
        assert store.get("again") == data
        assert store.info("again").size_bytes == len(data)


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


@pytest.mark.parametrize(
    "key", ["../x", "/etc/passwd", "a/../b", "a//b", "", ".", "a/./b", "nul\0", ".drafts/x", "k" * 1025]
)
def test_a_key_that_leaves_the_store_is_refused(store: Store, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        store.put(key, b"x")


def test_a_missing_object_is_said_before_the_first_byte(store: Store) -> None:
    for act in (store.get, store.info, store.read):
        with pytest.raises(ObjectMissing):
            act("nothing")
    with pytest.raises(ObjectMissing):
        store.copy("nothing", "anything")
    assert not store.exists("anything")


def test_a_folder_is_no_object(store: Store) -> None:
    store.put("folder/a", b"x")

    assert not store.exists("folder")
    for act in (store.get, store.info, store.read):
        with pytest.raises(ObjectMissing):
            act("folder")


def test_a_missing_object_leaves_no_fetched_file(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ObjectMissing):
        store.fetch("nothing", tmp_path / "fetched")
    assert not (tmp_path / "fetched").exists()


def test_lists_are_by_prefix_and_in_order(store: Store) -> None:
    for key in ("p/b", "p/a", "p/sub/c", "q/d"):
        store.put(key, b"")

    assert [info.key for info in store.list("p/")] == ["p/a", "p/b", "p/sub/c"]


def test_a_prefix_need_not_end_at_a_folder_and_names_only_its_own(store: Store) -> None:
    for key in ("p/ab", "p/abc", "p/b", "pa/x"):
        store.put(key, b"1")

    assert [info.key for info in store.list("p/ab")] == ["p/ab", "p/abc"]
    assert sorted(info.key for info in store.list("p")) == ["p/ab", "p/abc", "p/b", "pa/x"]
    assert list(store.list("nothing/here/")) == []


def test_a_list_longer_than_a_page_is_whole(store: Store) -> None:
    names = [f"many/{number:04d}" for number in range(1100)]
    with ThreadPoolExecutor(8) as writers:
        list(writers.map(lambda name: store.put(name, b""), names))

    assert [info.key for info in store.list("many/")] == names


def test_deleting_twice_is_fine_and_a_neighbour_stays(store: Store) -> None:
    store.put("p/a", b"1")
    store.put("p/b", b"2")

    store.delete("p/a")
    store.delete("p/a")

    assert [info.key for info in store.list("p/")] == ["p/b"]


def test_a_url_to_read_from_opens_one_object_for_a_while(store: Store) -> None:
    store.put("a/b c+ü.bin", b"bytes")
    store.put("a/other", b"secret")
    url = store.read_url("a/b c+ü.bin", 60)
    if isinstance(store, FileStore):
        assert url is None, "only this machine reads these files"
        return

    assert fetched(url) == b"bytes"
    path, _, query = url.partition("?")
    for tampered in (path, f"{path.rpartition('/')[0]}/other?{query}", url.replace("=60", "=6000"), url[:-1]):
        assert fetched(tampered) == 403
    short = store.read_url("a/b c+ü.bin", 1)
    time.sleep(2.5)
    assert fetched(short) == 403


def fetched(url: str) -> bytes | int:
    """The body that anybody gets who has the URL and nothing else, or the status of the refusal."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


KEY = "teams/t/uploads/u/model.bin"


def send(store: Store, upload: str, number: int, data: bytes) -> Part:
    return store.put_part(KEY, upload, number, io.BytesIO(data))


def test_parts_sent_side_by_side_and_out_of_order_make_one_object(store: Store) -> None:
    pieces = {number: bytes([number]) * (5 * MIB + number) for number in range(1, 7)}
    upload = store.begin_parts(KEY)
    with ThreadPoolExecutor(4) as senders:
        sent = list(senders.map(lambda number: send(store, upload, number, pieces[number]), [4, 6, 1, 3, 2, 5]))

    assert not store.exists(KEY), "nothing is visible before it is complete"
    assert list(store.list("teams/")) == []
    arrived = store.parts(KEY, upload)
    store.complete_parts(KEY, upload, arrived)

    assert arrived == sorted(sent, key=lambda part: part.number)
    assert [part.md5 for part in arrived] == [
        hashlib.md5(pieces[n], usedforsecurity=False).hexdigest() for n in range(1, 7)
    ]
    assert store.get(KEY) == b"".join(pieces[number] for number in range(1, 7))


@pytest.mark.parametrize("fault", ["md5", "size", "missing", "order", "twice"])
def test_parts_that_are_not_those_that_arrived_are_refused_and_stay(store: Store, fault: str) -> None:
    upload = store.begin_parts(KEY)
    first, second = (send(store, upload, number, bytes([number]) * (5 * MIB)) for number in (1, 2))
    wrong = {
        "md5": [first, Part(2, second.size_bytes, first.md5)],
        "size": [first, Part(2, second.size_bytes - 1, second.md5)],
        "missing": [first, second, Part(3, 1, second.md5)],
        "order": [second, first],
        "twice": [first, first],
    }[fault]

    with pytest.raises(PartMismatch, match="part"):
        store.complete_parts(KEY, upload, wrong)

    assert not store.exists(KEY)
    store.complete_parts(KEY, upload, [first, second])
    assert store.info(KEY).size_bytes == 10 * MIB


def test_a_part_sent_again_replaces_the_first(store: Store) -> None:
    upload = store.begin_parts(KEY)
    send(store, upload, 1, b"1" * 6 * MIB)
    again = send(store, upload, 1, b"2" * 5 * MIB)
    last = send(store, upload, 2, b"3")

    assert [part.number for part in store.parts(KEY, upload)] == [1, 2]
    store.complete_parts(KEY, upload, [again, last])
    assert store.get(KEY) == b"2" * 5 * MIB + b"3"


@pytest.mark.parametrize("number", [0, -1, 10_001])
def test_a_part_number_out_of_bounds_is_refused(store: Store, number: int) -> None:
    upload = store.begin_parts(KEY)

    with pytest.raises(PartMismatch, match="1 to 10000"):
        send(store, upload, number, b"x")


def test_parts_not_named_are_dropped_and_no_parts_make_an_empty_object(store: Store) -> None:
    upload = store.begin_parts(KEY)
    kept = send(store, upload, 1, b"kept")
    send(store, upload, 2, b"dropped")
    store.complete_parts(KEY, upload, [kept])
    empty = store.begin_parts("teams/t/uploads/u/empty")
    store.complete_parts("teams/t/uploads/u/empty", empty, [])

    assert store.get(KEY) == b"kept"
    assert store.get("teams/t/uploads/u/empty") == b""
    assert list(store.open_uploads("teams/")) == []


def test_completing_twice_is_fine_and_with_other_parts_is_not(store: Store) -> None:
    upload = store.begin_parts(KEY)
    part = send(store, upload, 1, b"bytes")

    store.complete_parts(KEY, upload, [part])
    store.complete_parts(KEY, upload, [part])

    assert store.get(KEY) == b"bytes"
    with pytest.raises(PartMismatch):
        store.complete_parts(KEY, upload, [part, Part(2, 1, part.md5)])


def test_an_abandoned_upload_is_gone_and_abandoning_again_is_fine(store: Store) -> None:
    upload = store.begin_parts(KEY)
    part = send(store, upload, 1, b"bytes")

    store.abort_parts(KEY, upload)
    store.abort_parts(KEY, upload)

    for act in (
        lambda: store.parts(KEY, upload),
        lambda: send(store, upload, 2, b"x"),
        lambda: store.complete_parts(KEY, upload, [part]),
    ):
        with pytest.raises(UploadMissing):
            act()
    assert not store.exists(KEY)


def test_aborting_after_completion_leaves_the_object(store: Store) -> None:
    upload = store.begin_parts(KEY)
    store.complete_parts(KEY, upload, [send(store, upload, 1, b"bytes")])

    store.abort_parts(KEY, upload)

    assert store.get(KEY) == b"bytes"


@pytest.mark.parametrize("token", ["nonsense", "0" * 32, "../../etc"])
def test_a_token_nobody_gave_out_is_unknown(store: Store, token: str) -> None:
    with pytest.raises(UploadMissing):
        store.parts(KEY, token)


def test_a_token_serves_its_own_key_alone(store: Store) -> None:
    upload = store.begin_parts(KEY)

    with pytest.raises(UploadMissing):
        store.put_part("teams/other/uploads/u/model.bin", upload, 1, io.BytesIO(b"x"))


def test_another_process_goes_on_where_the_first_one_died(opened: Callable[[], Store]) -> None:
    upload = opened().begin_parts(KEY)
    first = send(opened(), upload, 1, b"1" * 5 * MIB)

    later = opened()

    assert later.parts(KEY, upload) == [first]
    later.complete_parts(KEY, upload, [first, send(later, upload, 2, b"2")])
    assert later.info(KEY).size_bytes == 5 * MIB + 1


def test_open_uploads_are_listed_by_prefix_until_they_end(store: Store) -> None:
    uploads = {key: store.begin_parts(key) for key in ("teams/a/uploads/1/x", "teams/a/uploads/2/y", "teams/b/x")}
    info = store.put("clock", b"") or store.info("clock")

    listed = {found.key: found for found in store.open_uploads("teams/a/")}
    assert sorted(listed) == ["teams/a/uploads/1/x", "teams/a/uploads/2/y"]
    assert listed["teams/a/uploads/1/x"].upload == uploads["teams/a/uploads/1/x"]
    assert abs(listed["teams/a/uploads/1/x"].started_at - info.modified_at) < 5
    store.abort_parts("teams/a/uploads/1/x", uploads["teams/a/uploads/1/x"])
    assert [found.key for found in store.open_uploads("teams/a/")] == ["teams/a/uploads/2/y"]


STREAMING = """
import hashlib, io, json, resource, sys
from pathlib import Path
from workbench.store import FileStore

class Zeros(io.RawIOBase):
    left = 200 << 20
    def read(self, size=-1):
        size = min(size, self.left)
        self.left -= size
        return bytes(size)

how = json.loads(sys.argv[1])
if "root" in how:
    store = FileStore(Path(how["root"]))
else:
    from workbench.store.s3 import S3Store
    store = S3Store(**how)
store.put("warm", b"x"), store.get("warm")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
digest, size = store.put_stream("big", Zeros())
store.copy("big", "copied")
assert store.fetch("copied", Path(sys.argv[2])) == digest
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("kind", ["files", pytest.param("s3", marks=pytest.mark.server)])
def test_200_mb_pass_through_without_being_held_in_memory(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    how: dict[str, Any] = {"root": str(tmp_path / "store")}
    if kind == "s3":
        server = request.getfixturevalue("seaweedfs")
        how = {
            "endpoint": server.endpoint,
            "bucket": server.bucket,
            "prefix": f"{uuid.uuid4().hex}/",
            "access_key": server.access_key,
            "secret_key": server.secret_key,
        }

    command = [sys.executable, "-c", STREAMING, json.dumps(how), str(tmp_path / "fetched")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120)

    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) <= 64 * 1024, f"grew by {ran.stdout} KiB"


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


def test_a_holder_and_a_deleter_never_both_win(store: Store) -> None:
    """Both may lose; the holder then tries again, as a person does."""
    manifests = Manifests(store, "team")
    for _ in range(40):
        made = uuid.uuid4().hex
        manifests.write(Manifest("model", made, "team", "now").text())
        held, buried = race(manifests, made, holders=4)

        assert not (held and buried), "somebody holds what is deleted"
        if buried:
            assert manifests.holders(made) == []
            with pytest.raises(Deleted):
                manifests.usable("model", made)
        else:
            assert manifests.usable("model", made)
            assert sorted(manifests.holders(made)) == sorted(held)


def race(manifests: Manifests, made: str, holders: int) -> tuple[list[str], bool]:
    start = threading.Barrier(holders + 1)

    def hold(holder: str) -> str | None:
        start.wait(5)
        try:
            manifests.hold("model", made, holder)
        except Deleted:
            return None
        return holder

    def bury() -> bool:
        start.wait(5)
        return manifests.bury(made) == []

    with ThreadPoolExecutor(holders + 1) as threads:
        holding = [threads.submit(hold, f"holder-{number}") for number in range(holders)]
        burying = threads.submit(bury)
        return [name for held in holding if (name := held.result())], burying.result()


def test_blobs_of_two_teams_never_share_a_key() -> None:
    assert Keys("a").blob("0") != Keys("b").blob("0")
