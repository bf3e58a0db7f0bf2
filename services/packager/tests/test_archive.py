"""The archive: same files, same bytes; nothing of the machine; constant memory."""

from __future__ import annotations

import hashlib
import os
import tarfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard
from workbench.packager.archive import files_below, pack


def tree(folder: Path) -> Path:
    root = folder / "name-1"
    for path, text in {"b.sh": "echo", "a/z.txt": "z", "a/b/c.bin": "weights" * 1000, "ä.txt": "umlaut"}.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


def entries(archive: Path) -> Iterator[tarfile.TarInfo]:
    with (
        archive.open("rb") as packed,
        zstandard.ZstdDecompressor().stream_reader(packed) as plain,
        tarfile.open(fileobj=plain, mode="r|") as tar,
    ):
        yield from tar


def test_the_same_files_make_the_same_bytes_wherever_and_whenever_they_lie(tmp_path: Path) -> None:
    first, second = tree(tmp_path / "here"), tree(tmp_path / "elsewhere" / "deeper")
    for number, path in enumerate(second.rglob("*")):
        path.chmod(0o700)
        os.utime(path, (number, 1_000_000 + number))

    pack(first, tmp_path / "1.tar.zst")
    pack(second, tmp_path / "2.tar.zst")

    assert (tmp_path / "1.tar.zst").read_bytes() == (tmp_path / "2.tar.zst").read_bytes()


def test_another_byte_in_one_file_makes_another_archive(tmp_path: Path) -> None:
    root = tree(tmp_path)
    before = pack(root, tmp_path / "1.tar.zst")

    (root / "a" / "z.txt").write_text("y")

    assert pack(root, tmp_path / "2.tar.zst").sha256 != before.sha256


def test_entries_are_sorted_below_one_folder_and_say_nothing_of_this_machine(tmp_path: Path) -> None:
    pack(tree(tmp_path), tmp_path / "x.tar.zst")

    found = list(entries(tmp_path / "x.tar.zst"))

    assert [entry.name for entry in found] == ["name-1/a/b/c.bin", "name-1/a/z.txt", "name-1/b.sh", "name-1/ä.txt"]
    assert {(entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname) for entry in found} == {
        (0, 0, 0, "root", "root")
    }
    assert all(entry.isreg() for entry in found)


def test_scripts_may_be_executed_and_nothing_else(tmp_path: Path) -> None:
    root = tree(tmp_path)
    (root / "a" / "z.txt").chmod(0o777)

    pack(root, tmp_path / "x.tar.zst")

    modes = {entry.name: entry.mode for entry in entries(tmp_path / "x.tar.zst")}
    assert modes.pop("name-1/b.sh") == 0o755
    assert set(modes.values()) == {0o644}


def test_a_link_is_packed_as_the_file_it_leads_to(tmp_path: Path) -> None:
    root = tree(tmp_path)
    outside = tmp_path / "weights.bin"
    outside.write_bytes(b"weights")
    (root / "model.bin").symlink_to(outside)

    pack(root, tmp_path / "x.tar.zst")

    entry = next(entry for entry in entries(tmp_path / "x.tar.zst") if entry.name.endswith("model.bin"))
    assert (entry.isreg(), entry.size) == (True, 7)


def test_digest_and_size_are_those_of_the_file_written(tmp_path: Path) -> None:
    packed = pack(tree(tmp_path), tmp_path / "x.tar.zst")

    data = (tmp_path / "x.tar.zst").read_bytes()
    assert (packed.sha256, packed.size_bytes) == (hashlib.sha256(data).hexdigest(), len(data))


def test_a_reader_that_stops_after_one_frame_has_read_everything(tmp_path: Path) -> None:
    pack(tree(tmp_path), tmp_path / "x.tar.zst")

    reader = zstandard.ZstdDecompressor().decompressobj()
    reader.decompress((tmp_path / "x.tar.zst").read_bytes())

    assert reader.eof
    assert reader.unused_data == b""


def test_a_damaged_archive_is_noticed_while_unpacking(tmp_path: Path) -> None:
    root = tree(tmp_path)
    (root / "noise.bin").write_bytes(os.urandom(100_000))
    pack(root, tmp_path / "x.tar.zst")
    data = bytearray((tmp_path / "x.tar.zst").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "x.tar.zst").write_bytes(data)

    with pytest.raises(zstandard.ZstdError):
        list(entries(tmp_path / "x.tar.zst"))


def test_a_large_file_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    root = tree(tmp_path)
    with (root / "model.bin").open("wb") as file:
        file.truncate(300 * 2**20)

    tracemalloc.start()
    pack(root, tmp_path / "x.tar.zst")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 16 * 2**20


def test_files_are_listed_with_slashes_in_one_order(tmp_path: Path) -> None:
    assert files_below(tree(tmp_path)) == ["a/b/c.bin", "a/z.txt", "b.sh", "ä.txt"]
