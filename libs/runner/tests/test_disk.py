"""What a run has on disk: as the disk counts, whatever its core does to hide it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from workbench.runner.local import disk
from workbench.runner.local.disk import Disk

MIB = 1 << 20


def exceeded(folder: Path, disk_bytes: int = MIB, *pids: int) -> str | None:
    return Disk(folder, {"disk_bytes": disk_bytes}).exceeded(list(pids))


def test_all_files_count_together_and_inputs_do_not(tmp_path: Path) -> None:
    for name in ("outputs", "tmp", "inputs"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(bytes(600_000))
    assert exceeded(tmp_path, 1_100_000) == "disk_limit"
    assert exceeded(tmp_path, 1_300_000) is None


def test_a_sparse_file_is_what_it_fills(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 40)
    assert exceeded(tmp_path) is None


def test_a_file_with_two_names_counts_once(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(bytes(600_000))
    (tmp_path / "two").hardlink_to(tmp_path / "one")
    assert exceeded(tmp_path) is None


def test_a_file_without_a_name_counts(tmp_path: Path) -> None:
    with tempfile.TemporaryFile(dir=tmp_path) as file:
        file.write(bytes(2 * MIB))
        file.flush()
        assert exceeded(tmp_path) is None
        assert exceeded(tmp_path, MIB, os.getpid()) == "disk_limit"


def test_many_files_count_however_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "FILES", 10)
    for number in range(11):
        (tmp_path / str(number)).touch()
    assert exceeded(tmp_path) == "files_limit"


def test_what_lies_too_deep_to_be_seen_is_too_much(tmp_path: Path) -> None:
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        for _ in range(25):
            Path("d" * 200).mkdir()
            os.chdir("d" * 200)
    finally:
        os.chdir(before)
    assert exceeded(tmp_path) == "disk_limit"


def test_a_link_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/")
    assert exceeded(tmp_path) is None


def test_a_run_of_an_earlier_release_has_no_such_limit(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(2 * MIB))
    assert Disk(tmp_path, {}).exceeded([]) is None


def test_it_rests_longer_than_it_looks(tmp_path: Path) -> None:
    look = Disk(tmp_path, {"disk_bytes": MIB})
    assert look.exceeded([]) is None
    look._next += 60
    (tmp_path / "file").write_bytes(bytes(2 * MIB))
    assert look.exceeded([]) is None
