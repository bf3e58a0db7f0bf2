"""New whole lines from an offset on, whatever a core writes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from workbench.runner import Progress, read_log, read_progress
from workbench.runner.core import Run
from workbench.runner.local.watch import trim


def test_what_a_core_reports_is_what_is_read(tmp_path: Path) -> None:
    Run(tmp_path).progress("reading", 0.25, "a.onnx")
    Run(tmp_path).progress("writing", 0.75)

    assert read_progress(tmp_path)[0] == [Progress("reading", 0.25, "a.onnx"), Progress("writing", 0.75, "")]


@pytest.mark.parametrize(("told", "kept"), [(-1.0, 0.0), (1.5, 1.0), (0.123456, 0.1235)])
def test_a_fraction_is_kept_within_0_and_1(tmp_path: Path, told: float, kept: float) -> None:
    Run(tmp_path).progress("s", told)

    assert read_progress(tmp_path)[0][0].fraction == kept


def test_only_what_is_new_is_read(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.progress("a", 0.1)
    _, offset = read_progress(tmp_path)
    run.progress("b", 0.2)

    news, offset = read_progress(tmp_path, offset)

    assert [line.stage for line in news] == ["b"]
    assert read_progress(tmp_path, offset) == ([], offset)


def test_half_a_line_waits_for_its_end(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_text("whole\nha")
    text, offset = read_log(tmp_path)
    assert text == "whole\n"

    path.write_text("whole\nhalf\n")

    assert read_log(tmp_path, offset) == ("half\n", 11)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        "7",
        "null",
        '"x"',
        "{}",
        '{"stage": 1, "fraction": 0.5}',
        '{"stage": "s"}',
        '{"stage": "s", "fraction": "0.5"}',
        '{"stage": "s", "fraction": 1.5}',
        '{"stage": "s", "fraction": -0.1}',
        '{"stage": "s", "fraction": NaN}',
        '{"stage": "s", "fraction": Infinity}',
        "[" * 5000,
        '{"stage": "s", "fraction": 0.5, "message": 7}',
    ],
)
def test_a_line_that_is_no_progress_is_skipped(tmp_path: Path, line: str) -> None:
    good = json.dumps({"stage": "good", "fraction": 0.5})
    (tmp_path / "progress.jsonl").write_text(f"{line}\n{good}\n")

    progress, offset = read_progress(tmp_path)

    assert [each.stage for each in progress] == ["good"]
    assert offset == len(line) + len(good) + 2


def test_text_that_no_database_takes_is_made_plain(tmp_path: Path) -> None:
    (tmp_path / "progress.jsonl").write_text('{"stage": "\\ud800", "fraction": 0.5, "message": "\\udfff"}\n')
    (tmp_path / "log.txt").write_bytes(b"\xff\xfe bytes\n")

    [progress], _ = read_progress(tmp_path)

    assert (progress.stage, progress.message) == ("?", "?")
    assert read_log(tmp_path)[0] == "�� bytes\n"


def test_nothing_is_read_of_what_is_not_there(tmp_path: Path) -> None:
    assert read_log(tmp_path) == ("", 0)
    assert read_progress(tmp_path, 7) == ([], 7)


@pytest.mark.parametrize("name", ["log.txt", "progress.jsonl"])
def test_a_link_is_not_followed(tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to("/etc/passwd")

    assert read_log(tmp_path) == ("", 0)
    assert read_progress(tmp_path) == ([], 0)


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "log.txt")

    assert read_log(tmp_path) == ("", 0)


def test_a_flood_is_read_in_pieces(tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text("".join(f"line {number}\n" for number in range(100_000)))
    read, offset = [], 0

    while (piece := read_log(tmp_path, offset))[0]:
        assert len(piece[0]) <= 256 * 2**10
        read.append(piece[0])
        offset = piece[1]

    assert len(read) > 3
    assert "".join(read).splitlines() == [f"line {number}" for number in range(100_000)]


def test_a_line_without_an_end_does_not_stop_the_reader(tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text("x" * 600_000 + "\nafter\n")
    text, offset = "", 0

    for _ in range(5):
        piece, offset = read_log(tmp_path, offset)
        text += piece

    assert text.endswith("after\n")
    assert max(map(len, text.splitlines())) <= 8 * 2**10


def test_a_file_that_was_cut_is_read_on_from_its_end(tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text("short\n")

    assert read_log(tmp_path, 10_000_000) == ("", 6)


def test_trimming_keeps_begin_and_end_and_says_that_it_cut(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_text("begin\n" + "middle\n" * 200_000 + "end\n")

    trim(path, 2**19)

    text = path.read_text()
    assert len(text) <= 2**19
    assert text.startswith("begin\n")
    assert "\n[... cut: more than 524288 bytes ...]\n" in text
    assert text.endswith("end\n")


def test_trimming_leaves_what_is_small_enough(tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text("x" * 100)

    trim(tmp_path / "log.txt", 100)

    assert (tmp_path / "log.txt").read_text() == "x" * 100


def test_trimming_does_not_follow_a_link(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("x" * 2**20)
    (tmp_path / "log.txt").symlink_to(tmp_path / "precious")

    with pytest.raises(OSError, match="symbolic"):
        trim(tmp_path / "log.txt", 2**18)

    assert (tmp_path / "precious").stat().st_size == 2**20
