"""The directory store: whole or not at all, whatever ends the writer; and full disks."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from workbench.store import FileStore, NoRoom, ObjectMissing, PartMismatch, UploadMissing

MIB = 1 << 20


def drafts(root: Path) -> list[Path]:
    return list((root / ".drafts").iterdir())


def test_nothing_of_ours_is_left_after_good_and_bad_writes(store: FileStore, root: Path) -> None:
    class Broken(io.RawIOBase):
        def read(self, _size: int = -1) -> bytes:
            raise OSError(errno.EIO, "the disk is bad")

    store.put("a", b"x")
    with pytest.raises(OSError, match="the disk is bad"):
        store.put_stream("b", Broken())

    assert drafts(root) == []
    assert [info.key for info in store.list("")] == ["a"]


def test_a_copy_takes_no_second_room_is_young_and_outlives_whatever_becomes_of_its_source(
    store: FileStore, root: Path
) -> None:
    store.put("staged", b"bytes")
    os.utime(root / "staged", (1.0, 1.0))

    store.copy("staged", "blob")
    store.copy("staged", "blob")  # a repeat is the same

    assert (root / "blob").stat().st_ino == (root / "staged").stat().st_ino
    assert store.info("blob").modified_at > time.time() - 60
    store.put("staged", b"other")
    store.delete("staged")
    assert store.get("blob") == b"bytes"
    assert drafts(root) == []


def test_a_copy_is_made_byte_by_byte_where_the_disk_has_no_second_names(
    store: FileStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    store.put("staged", b"bytes")

    store.copy("staged", "blob")

    assert (root / "blob").stat().st_ino != (root / "staged").stat().st_ino
    assert store.get("blob") == b"bytes"


def test_objects_are_files_of_their_own_name(store: FileStore, root: Path) -> None:
    store.put("teams/a/x.json", b"{}")

    assert (root / "teams/a/x.json").read_bytes() == b"{}"


def test_what_a_dead_writer_left_is_swept_after_a_day_and_a_living_ones_is_not(store: FileStore, root: Path) -> None:
    old, new = root / ".drafts" / "old", root / ".drafts" / "new"
    for draft in (old, new):
        draft.write_bytes(b"half")
    os.utime(old, (time.time() - 90_000,) * 2)

    FileStore(root)

    assert drafts(root) == [new]


def test_an_abandoned_upload_whose_removal_was_cut_short_is_swept_too(store: FileStore, root: Path) -> None:
    grave = root / ".drafts" / "grave"
    grave.mkdir()
    (grave / "00001").write_bytes(b"part")
    os.utime(grave, (time.time() - 90_000,) * 2)

    FileStore(root)

    assert drafts(root) == []


def test_the_workings_are_no_objects_and_cannot_be_named(store: FileStore) -> None:
    upload = store.begin_parts("teams/a/x")
    store.put_part("teams/a/x", upload, 1, io.BytesIO(b"x"))

    assert list(store.list("")) == []
    for key in (".parts/x", f".parts/{upload}/00001", ".drafts/x"):
        with pytest.raises(ValueError, match="not a key"):
            store.get(key)


def test_an_empty_object_never_cuts_a_reader_short(store: FileStore) -> None:
    store.put("a", b"x" * 3 * MIB)
    chunks = store.read("a")
    first = next(chunks)

    store.put("a", b"")

    assert len(first + b"".join(chunks)) == 3 * MIB
    assert store.get("a") == b""


def test_empty_objects_and_their_removal_may_race(store: FileStore) -> None:
    """Removing the last file of a folder removes the folder, under the feet of whoever makes the next."""

    def hold_and_release(number: int) -> None:
        for _ in range(50):
            store.put(f"references/m/{number}", b"")
            assert store.exists(f"references/m/{number}")
            store.delete(f"references/m/{number}")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(hold_and_release, range(8)))

    assert list(store.list("references/")) == []


def test_a_list_goes_on_when_objects_vanish_meanwhile(store: FileStore) -> None:
    for number in range(10):
        store.put(f"p/{number}", b"x")
    listed = store.list("p/")
    next(listed)

    store.delete("p/5")

    assert [info.key for info in listed] == [f"p/{number}" for number in range(10) if number not in (0, 5)]


def test_a_key_below_an_object_is_missing(store: FileStore) -> None:
    store.put("a", b"x")

    with pytest.raises(ObjectMissing):
        store.get("a/b")
    with pytest.raises(ObjectMissing):
        store.info("a/b")
    store.delete("a/b")
    assert store.get("a") == b"x"


def test_the_service_itself_takes_the_parts(store: FileStore) -> None:
    assert store.part_url("a", store.begin_parts("a"), 1, 5, 60) is None


def test_a_part_whose_source_breaks_keeps_the_part_that_was_there(store: FileStore) -> None:
    class Broken(io.RawIOBase):
        sent = False

        def read(self, _size: int = -1) -> bytes:
            if self.sent:
                raise ConnectionResetError
            self.sent = True
            return b"half"

    upload = store.begin_parts("a")
    whole = store.put_part("a", upload, 1, io.BytesIO(b"whole"))

    with pytest.raises(ConnectionResetError):
        store.put_part("a", upload, 1, Broken())

    assert store.parts("a", upload) == [whole]


def test_a_part_that_rotted_on_disk_is_never_assembled(store: FileStore, root: Path) -> None:
    upload = store.begin_parts("a")
    part = store.put_part("a", upload, 1, io.BytesIO(b"bytes"))
    file = root / ".parts" / upload / "00001"
    file.write_bytes(b"rotts" + file.read_bytes()[5:])

    with pytest.raises(PartMismatch, match="no longer what arrived"):
        store.complete_parts("a", upload, [part])

    assert not store.exists("a")


def test_a_part_that_comes_in_while_its_upload_is_abandoned_is_told(store: FileStore) -> None:
    upload = store.begin_parts("a")

    class Abandoning(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            store.abort_parts("a", upload)
            return super().read(size)

    with pytest.raises(UploadMissing):
        store.put_part("a", upload, 1, Abandoning(b"late"))
    assert list(store.open_uploads("")) == []


def test_abandoning_from_many_threads_is_fine(store: FileStore, root: Path) -> None:
    upload = store.begin_parts("a")
    store.put_part("a", upload, 1, io.BytesIO(b"x"))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: store.abort_parts("a", upload), range(16)))

    assert drafts(root) == []
    assert list((root / ".parts").iterdir()) == []


WRITER = """
import io, sys
from pathlib import Path
from workbench.store import FileStore

store = FileStore(Path(sys.argv[1]))
upload = store.begin_parts("parts")
number = 0
print("ready", flush=True)
while True:
    number += 1
    data = bytes([number % 256]) * (1 << 20)
    store.put_stream("same", io.BytesIO(data * 2))
    store.put(f"many/{number:05d}", data)
    store.put_part("parts", upload, number % 50 + 1, io.BytesIO(data))
    print(number, flush=True)
"""


@pytest.mark.parametrize("after_s", [0.05, 0.13, 0.29])
def test_a_killed_writer_leaves_whole_objects_and_all_it_confirmed(root: Path, after_s: float) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(root)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        time.sleep(after_s)
        writer.send_signal(signal.SIGKILL)
        confirmed = len(writer.stdout.read().splitlines())

    store = FileStore(root)
    many = list(store.list("many/"))
    assert len(many) >= confirmed
    assert {info.size_bytes for info in many} <= {MIB}
    if store.exists("same"):
        assert len(data := store.get("same")) == 2 * MIB
        assert len(set(data)) == 1, "one write, not pieces of two"
    [found] = store.open_uploads("")
    parts = store.parts("parts", found.upload)
    assert len(parts) >= min(confirmed, 50)
    store.complete_parts("parts", found.upload, parts)
    assert store.info("parts").size_bytes == len(parts) * MIB


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("mounting a tiny file system needs root")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"cannot mount here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_no_room_and_what_was_there_stays(tiny: Path) -> None:
    store = FileStore(tiny / "store")
    store.put("kept", b"kept")
    too_much = bytes(5 * MIB)

    with pytest.raises(NoRoom):
        store.put("big", too_much)
    with pytest.raises(NoRoom):
        store.put_stream("big", io.BytesIO(too_much))

    assert [info.key for info in store.list("")] == ["kept"]
    assert drafts(tiny / "store") == []
    store.put("fits", bytes(2 * MIB))


def test_a_full_disk_refuses_a_part_a_completion_and_a_copy(tiny: Path) -> None:
    store = FileStore(tiny / "store")
    upload = store.begin_parts("a")
    part = store.put_part("a", upload, 1, io.BytesIO(bytes(3 * MIB)))

    with pytest.raises(NoRoom):
        store.put_part("a", upload, 2, io.BytesIO(bytes(2 * MIB)))
    with pytest.raises(NoRoom):
        store.complete_parts("a", upload, [part])

    assert store.parts("a", upload) == [part], "the upload can go on when there is room"
    assert not store.exists("a")


def test_fetching_to_a_full_disk_is_no_room(store: FileStore, tiny: Path) -> None:
    store.put("big", bytes(5 * MIB))

    with pytest.raises(NoRoom):
        store.fetch("big", tiny / "fetched")


def test_readers_see_one_version_or_the_other(store: FileStore) -> None:
    stop = threading.Event()
    store.put("a", b"0" * MIB)

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            store.put("a", str(number % 10).encode() * MIB)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(100):
            data = store.get("a")
            assert len(data) == MIB
            assert len(set(data)) == 1
    finally:
        stop.set()
        writer.join()


def test_a_fetched_file_has_the_digest_it_says(store: FileStore, tmp_path: Path) -> None:
    data = os.urandom(3 * MIB + 5)
    store.put("a", data)

    assert store.fetch("a", tmp_path / "f") == hashlib.sha256(data).hexdigest()
    assert (tmp_path / "f").read_bytes() == data
