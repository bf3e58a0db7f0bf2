"""Small JSON files appear whole, and are read without trust."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest
from workbench.runner.documents import BadDocument, read_json, write_json


def test_what_was_written_is_read(tmp_path: Path) -> None:
    document = {"text": "ünï", "list": [1, 2.5, None, True], "object": {"": ""}}

    write_json(tmp_path / "a.json", document)

    assert read_json(tmp_path / "a.json") == document
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_reader_never_sees_half_of_it(tmp_path: Path) -> None:
    path, stop = tmp_path / "a.json", threading.Event()
    write_json(path, {"n": 0, "filling": "x" * 10_000})

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            write_json(path, {"n": number, "filling": "x" * 10_000})

    writer = threading.Thread(target=write)
    writer.start()
    seen = [read_json(path)["n"] for _ in range(500)]
    stop.set()
    writer.join(10)

    assert seen == sorted(seen)


def test_writing_does_not_go_through_a_link(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious")
    (tmp_path / "a.json").symlink_to(precious)
    (tmp_path / "a.json.part").symlink_to(precious)

    write_json(tmp_path / "a.json", {"n": 1})

    assert precious.read_text() == "precious"
    assert json.loads((tmp_path / "a.json").read_text()) == {"n": 1}


def test_what_json_cannot_hold_leaves_the_old_file(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"n": 1})

    with pytest.raises(TypeError):
        write_json(tmp_path / "a.json", {"n": {1}})

    assert read_json(tmp_path / "a.json") == {"n": 1}


def test_a_missing_file_is_no_bad_document(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_json(tmp_path / "a.json")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"1",
        b"null",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": "\\ud800"}',
        b'{"\\udfff": 1}',
        b"\xff",
        b"[" * 50_000,
    ],
)
def test_what_is_no_object_of_honest_json_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.json").write_bytes(content)

    with pytest.raises(BadDocument, match=r"a\.json"):
        read_json(tmp_path / "a.json")


def test_a_file_as_large_as_the_limit_is_read_and_no_larger_one(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"a": 1}')

    assert read_json(tmp_path / "a.json", max_bytes=8) == {"a": 1}
    with pytest.raises(BadDocument, match="larger than 7 bytes"):
        read_json(tmp_path / "a.json", max_bytes=7)


def test_refusing_leaves_no_descriptor_open(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/etc/passwd")
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208

    for name in ("folder", "pipe", "link") * 5:
        with pytest.raises(BadDocument):
            read_json(tmp_path / name)

    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
