"""What a pod has sent becomes a folder, or is refused with a sentence and leaves nothing outside of it."""

from __future__ import annotations

import contextlib
import io
import tarfile
from pathlib import Path

import pytest
from workbench.runner import unpack as module
from workbench.runner.documents import BadDocument
from workbench.runner.unpack import unpack

Member = tuple[tarfile.TarInfo, bytes]


def file(name: str, content: bytes = b"x") -> Member:
    return tarfile.TarInfo(name), content


def other(name: str, kind: bytes, target: str = "") -> Member:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, target
    return made, b""


def tar(*members: Member, format: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format) as archive:
        for info, content in members:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def left_by(content: bytes, folder: Path) -> dict[str, bytes]:
    folder.mkdir()
    unpack(io.BytesIO(content), folder)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_a_run_leaves_comes_back_as_it_was(tmp_path: Path) -> None:
    members = {
        "result.json": b"{}",
        "log.txt": b"",
        "progress.jsonl": b"\n",
        "outputs/a b.bin": bytes(range(256)) * 999,
        "outputs/deep/er/ü.txt": b"text",
        f"outputs/{'n' * 200}": b"long",
    }

    found = left_by(tar(*(file(name, content) for name, content in members.items())), tmp_path / "run")

    assert found == members


def test_empty_folders_and_no_outputs_are_fine(tmp_path: Path) -> None:
    left_by(tar(other("outputs", tarfile.DIRTYPE), other("outputs/empty", tarfile.DIRTYPE)), tmp_path / "run")
    left_by(tar(), tmp_path / "nothing")

    assert (tmp_path / "run" / "outputs" / "empty").is_dir()
    assert list((tmp_path / "nothing" / "outputs").iterdir()) == []


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "outputs/../../outside",
        "outputs/../outside",
        "/outside",
        "//outside",
        "outputs/..",
        "..",
        "",
        ".",
        "other.txt",
        "exit.json",
        "launch.json",
        "inputs/a",
        "spec.json",
        "./result.json",
        "result.json/a",
        "outputs.txt",
        "outputs/line\nbreak",
        "outputs/\x1b[2J",
        "outputs/\udcff",
        "outputs/\u202e",
        "outputs/" + "n" * 256,
        "outputs/" + "d/" * 2000 + "x",
    ],
)
def test_a_name_that_no_run_leaves_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadDocument):
        left_by(tar(file(name)), tmp_path / "run")

    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["outputs"]


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, b"Z"]
)
@pytest.mark.parametrize("name", ["outputs/a", "result.json"])
def test_only_files_and_folders_are_taken(tmp_path: Path, kind: bytes, name: str) -> None:
    (tmp_path / "secret").write_text("secret")

    with pytest.raises(BadDocument, match="not a regular file"):
        left_by(tar(other(name, kind, str(tmp_path / "secret"))), tmp_path / "run")

    assert (tmp_path / "secret").read_text() == "secret"


@pytest.mark.parametrize("target", ["/etc", "../..", "."])
def test_nothing_is_written_through_a_link(tmp_path: Path, target: str) -> None:
    members = other("outputs/link", tarfile.SYMTYPE, target), file("outputs/link/outside")

    with pytest.raises(BadDocument):
        left_by(tar(*members), tmp_path / "run")


@pytest.mark.parametrize(
    "members",
    [
        [file("result.json"), file("result.json")],
        [file("outputs/a"), file("outputs/a")],
        [file("outputs/a"), file("outputs/a/b")],
        [file("outputs/a"), file("outputs/a/b/c")],
        [file("outputs/a/b"), file("outputs/a")],
        [file("outputs/a"), other("outputs/a", tarfile.DIRTYPE)],
        [other("outputs/a", tarfile.DIRTYPE), file("outputs/a")],
        [file("outputs")],
        [other("result.json", tarfile.DIRTYPE), file("result.json")],
    ],
)
def test_what_is_there_already_is_not_written_again(tmp_path: Path, members: list[Member]) -> None:
    with pytest.raises(BadDocument):
        left_by(tar(*members), tmp_path / "run")


def test_more_files_than_a_run_may_leave_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FILES", 3)

    with pytest.raises(BadDocument, match="more than 3"):
        left_by(tar(*(file(f"outputs/{number}") for number in range(5))), tmp_path / "run")


@pytest.mark.parametrize("at", [1, 300, 512, 700, 5_000, 100_000])
def test_an_archive_that_was_cut_is_refused(tmp_path: Path, at: int) -> None:
    whole = tar(file("result.json", b"{}"), file("outputs/a", bytes(200_000)))

    with pytest.raises(BadDocument, match="not whole"):
        left_by(whole[:at], tmp_path / "run")


@pytest.mark.parametrize("content", [b"", b"not a tar", b"\xff" * 5_000, b"\x1f\x8b" + bytes(600), bytes(100)])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadDocument, match="not whole"):
        left_by(content, tmp_path / "run")


def test_a_header_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    content = bytearray(tar(file("result.json", b"{}")))
    content[0] ^= 1

    with pytest.raises(BadDocument, match="not whole"):
        left_by(bytes(content), tmp_path / "run")


@pytest.mark.parametrize("headers", [{"size": "-1"}, {"size": "9" * 30}, {"mtime": "x"}, {"size": "1e400"}])
def test_numbers_that_are_none_are_refused_or_ignored(tmp_path: Path, headers: dict[str, str]) -> None:
    info, content = file("outputs/a")
    info.pax_headers = headers

    with contextlib.suppress(BadDocument):
        left_by(tar((info, content)), tmp_path / "run")


def test_a_file_that_is_mostly_holes_is_refused(tmp_path: Path) -> None:
    """Some hundred bytes of it would fill any disk."""
    info, content = file("outputs/a", b"1\n0\n1\n" + bytes(506) + b"x")
    info.pax_headers = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": "outputs/a",
        "GNU.sparse.realsize": str(1 << 33),
    }

    with pytest.raises(BadDocument, match="not a regular file"):
        left_by(tar((info, content)), tmp_path / "run")


def test_a_header_that_would_not_fit_into_memory_is_refused(tmp_path: Path) -> None:
    info, content = file("outputs/a")
    info.pax_headers = {"comment": "x" * (2 << 20)}

    with pytest.raises(BadDocument, match="not whole"):
        left_by(tar((info, content)), tmp_path / "run")


def test_a_name_that_would_not_fit_into_memory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadDocument, match="not whole"):
        left_by(tar(file("outputs/" + "n" * (2 << 20)), format=tarfile.GNU_FORMAT), tmp_path / "run")
