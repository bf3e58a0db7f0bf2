"""What a hostile or a dying core leaves is read without following it anywhere."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from workbench.runner import Exit, outcome, read_outcome
from workbench.runner.local import procfs
from workbench.runner.outcome import Outcome


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of a run of this boot that finished."""
    (tmp_path / "outputs").mkdir()
    say_launch(tmp_path)
    say_exit(tmp_path, "finished")
    leave(tmp_path, {"result": {"n": 1}})
    return tmp_path


def say_launch(folder: Path, **changes: Any) -> None:
    dead = {"pid": 2**22 - 1, "start_time": 1}
    (folder / "launch.json").write_text(
        json.dumps(
            {"state": "running", "run": "r", "boot_id": procfs.boot_id(), "supervisor": dead, "warden": dead} | changes
        )
    )


def say_exit(folder: Path, reason: str, **changes: Any) -> None:
    (folder / "exit.json").write_text(json.dumps({"reason": reason, "code": 0, "detail": reason} | changes))


def leave(folder: Path, document: Any) -> None:
    (folder / "result.json").write_text(json.dumps(document))


def crashed(folder: Path, words: str) -> None:
    found = read_outcome(folder)
    assert (found.result, found.refusal, found.reason, found.files) == (None, None, "crashed", {})
    assert words in found.detail, found.detail


def test_a_result_is_read_with_its_files_by_path_in_order(folder: Path) -> None:
    for name in ("b.bin", "a/z.bin", "a/b/c.bin"):
        (folder / "outputs" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "outputs" / name).write_text(name)

    found = read_outcome(folder)

    assert found.result == {"n": 1}
    assert sorted(found.files) == ["a/b/c.bin", "a/z.bin", "b.bin"]
    assert all(path.read_text() == name for name, path in found.files.items())


def test_empty_folders_are_no_files(folder: Path) -> None:
    (folder / "outputs" / "empty").mkdir()

    assert read_outcome(folder) == Outcome(result={"n": 1})


def test_a_refusal_is_read_without_files(folder: Path) -> None:
    (folder / "outputs" / "half.bin").write_text("half")
    leave(folder, {"refusal": {"kind": "Unreadable", "detail": "no", "file": "a.onnx"}})

    assert read_outcome(folder) == Outcome(refusal={"kind": "Unreadable", "detail": "no", "file": "a.onnx"})


def test_a_refusal_for_want_of_memory_counts_as_a_limit(folder: Path) -> None:
    leave(folder, {"refusal": {"kind": "OutOfMemory", "detail": "needs more"}})

    assert read_outcome(folder) == Outcome(reason="out_of_memory", detail="needs more")


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"result": None},
        {"result": []},
        {"result": "text"},
        {"result": {}, "refusal": {}},
        {"result": {}, "more": 1},
        {"refusal": None},
        {"refusal": "no"},
        {"refusal": {}},
        {"refusal": {"kind": "K"}},
        {"refusal": {"detail": "d"}},
        {"refusal": {"kind": 1, "detail": "d"}},
        {"refusal": {"kind": "K", "detail": ["d"]}},
        {"refusal": {"kind": "K", "detail": "d"}, "result": {}},
    ],
)
def test_what_is_neither_result_nor_refusal_is_a_crash(folder: Path, document: Any) -> None:
    leave(folder, document)

    crashed(folder, "refusal")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not valid JSON"),
        ('{"result": {"x": NaN}}', "NaN"),
        ('{"result": {"x": Infinity}}', "Infinity"),
        ("[1]", "not a JSON object"),
        ('"x"', "not a JSON object"),
        ("[" * 100_000, "not valid JSON"),
        ('{"result": {"x": "\\ud800"}}', "not valid JSON"),
    ],
)
def test_a_result_that_is_no_json_object_is_a_crash(folder: Path, text: str, words: str) -> None:
    (folder / "result.json").write_text(text)

    crashed(folder, words)


@pytest.mark.parametrize("text", ["", '\0"result": {}}'])
def test_a_result_whose_first_byte_is_not_there_yet_is_none(folder: Path, text: str) -> None:
    (folder / "result.json").write_text(text)

    assert read_outcome(folder, Exit("killed", None, "it was killed")).reason == "killed"


def test_a_result_in_bytes_that_are_no_text_is_a_crash(folder: Path) -> None:
    (folder / "result.json").write_bytes(b"\xff\xfe\x00")

    crashed(folder, "not valid JSON")


def test_a_result_of_many_megabytes_is_not_read(folder: Path) -> None:
    with (folder / "result.json").open("wb") as file:
        file.write(b"{")
        file.truncate(1 << 34)  # sparse: reading it would take the memory

    crashed(folder, "larger than")


def test_a_result_that_is_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (folder / "result.json").rename(tmp_path / "elsewhere.json")
    (folder / "result.json").symlink_to(tmp_path / "elsewhere.json")

    crashed(folder, "cannot be read")


def test_a_result_that_is_a_pipe_does_not_block(folder: Path) -> None:
    (folder / "result.json").unlink()
    os.mkfifo(folder / "result.json")

    crashed(folder, "not a regular file")


def test_a_result_that_is_a_folder_is_a_crash(folder: Path) -> None:
    (folder / "result.json").unlink()
    (folder / "result.json").mkdir()

    crashed(folder, "not a regular file")


@pytest.mark.parametrize("target", ["/etc/passwd", "../spec.json", "missing", ".", "/dev/zero"])
def test_outputs_that_are_links_are_refused(folder: Path, target: str) -> None:
    (folder / "outputs" / "good.bin").write_text("good")
    (folder / "outputs" / "link").symlink_to(target)

    crashed(folder, "outputs/'link' is not a regular file")


def test_a_linked_folder_below_outputs_is_not_walked(folder: Path, tmp_path: Path) -> None:
    (folder / "outputs" / "deep").mkdir()
    (folder / "outputs" / "deep" / "etc").symlink_to("/etc")

    crashed(folder, "outputs/'deep/etc'")


def test_outputs_that_are_a_link_themselves_are_refused(folder: Path) -> None:
    (folder / "outputs").rmdir()
    (folder / "outputs").symlink_to("/etc")

    crashed(folder, "outputs is not a folder")


def test_outputs_that_are_gone_are_a_crash(folder: Path) -> None:
    (folder / "outputs").rmdir()

    crashed(folder, "cannot be read")


def test_a_pipe_among_the_outputs_is_refused_and_not_opened(folder: Path) -> None:
    os.mkfifo(folder / "outputs" / "pipe")

    crashed(folder, "'pipe'")


def test_a_device_among_the_outputs_is_refused(folder: Path) -> None:
    try:
        os.mknod(folder / "outputs" / "zero", 0o20600, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("device nodes can be made by root only")

    crashed(folder, "'zero'")


@pytest.mark.parametrize("name", ["new\nline", "\x1b[31mred", "\udcff", "tab\t", "‮reversed"])
def test_a_file_name_that_would_fool_its_reader_is_refused(folder: Path, name: str) -> None:
    (folder / "outputs" / name).write_text("x")

    crashed(folder, "printable name")


@pytest.mark.parametrize("name", ["..a", "a..b", "ünï.bin", "with space", "-rf"])
def test_odd_but_honest_names_are_kept(folder: Path, name: str) -> None:
    (folder / "outputs" / name).write_text("x")

    assert list(read_outcome(folder).files) == [name]


def test_more_files_than_anyone_keeps_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcome, "MAX_FILES", 20)
    for number in range(21):
        (folder / "outputs" / str(number)).touch()

    crashed(folder, "more than 20 output files")


@pytest.mark.parametrize("reason", ["crashed", "killed", "out_of_memory", "wall_limit", "cpu_limit", "disk_full"])
def test_without_a_result_the_exit_tells(folder: Path, reason: str) -> None:
    (folder / "result.json").unlink()
    say_exit(folder, reason, detail="in words")

    assert read_outcome(folder) == Outcome(reason=reason, detail="in words")


@pytest.mark.parametrize("reason", ["crashed", "killed", "wall_limit", "finished"])
def test_with_a_result_the_exit_does_not_matter(folder: Path, reason: str) -> None:
    say_exit(folder, reason)

    assert read_outcome(folder).result == {"n": 1}


def test_a_stop_counts_more_than_a_result(folder: Path) -> None:
    say_exit(folder, "stopped")

    assert read_outcome(folder) == Outcome(reason="stopped", detail="stopped")


def test_a_finished_run_whose_result_is_gone_is_a_crash(folder: Path) -> None:
    (folder / "result.json").unlink()

    crashed(folder, "result is gone")


def test_a_run_without_any_word_was_killed(tmp_path: Path) -> None:
    assert read_outcome(tmp_path).reason == "killed"
    assert read_outcome(tmp_path / "nowhere").reason == "killed"


def test_an_exit_of_an_earlier_boot_does_not_count(folder: Path) -> None:
    (folder / "result.json").unlink()
    say_exit(folder, "wall_limit")
    say_launch(folder, boot_id="another")

    assert read_outcome(folder).reason == "killed"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"reason": "bribed"}', '{"reason": 1}', '{"reason": []}', "{}"])
def test_an_exit_that_says_nothing_valid_counts_as_killed(folder: Path, text: str) -> None:
    (folder / "result.json").unlink()
    (folder / "exit.json").write_text(text)

    assert read_outcome(folder).reason == "killed"
