"""What arrives of a runner: broken off it goes on where it was, damaged it is not kept."""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from workbench.client import there

DATA = bytes(range(256)) * 40
WANTED = {"size": len(DATA), "sha256": hashlib.sha256(DATA).hexdigest()}


def test_what_was_broken_off_goes_on_where_it_was(tmp_path: Path) -> None:
    wheel = tmp_path / "a.whl"
    with pytest.raises(there.Fault, match="broken-off"):
        there.receive(io.BytesIO(DATA[:1000]), wheel, WANTED, 0)
    assert there.size_of(tmp_path, "a.whl") == 1000

    there.receive(io.BytesIO(DATA[1000:]), wheel, WANTED, 1000)

    assert wheel.read_bytes() == DATA
    assert there.size_of(tmp_path, "a.whl") == len(DATA)
    there.receive(io.BytesIO(b""), wheel, WANTED, len(DATA))


def test_what_arrives_as_another_file_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(there.Fault, match="wheel-damaged"):
        there.receive(io.BytesIO(bytes(len(DATA))), tmp_path / "a.whl", WANTED, 0)

    assert list(tmp_path.iterdir()) == []


def test_wheels_of_two_names_come_one_after_the_other(tmp_path: Path) -> None:
    source = io.BytesIO(DATA + DATA)

    for name in ("a.whl", "b.whl"):
        there.receive(source, tmp_path / name, WANTED, 0)

    assert (tmp_path / "a.whl").read_bytes() == (tmp_path / "b.whl").read_bytes() == DATA


def carried_out(home: Path, given: bytes) -> list[dict]:
    """As it is on a machine: text, by a Python that has nothing of ours."""
    text = files("workbench.client").joinpath("there.py").read_text()
    command = [sys.executable, "-I", "-S", "-c", text, str(home), "1.0-abc", "http://127.0.0.1:9"]
    done = subprocess.run(command, input=given, capture_output=True, timeout=60)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_it_says_what_it_has_and_what_is_wrong(tmp_path: Path) -> None:
    wanted = json.dumps({"a.whl": WANTED}).encode() + b"\n"

    first = carried_out(tmp_path, wanted + DATA[:10])
    assert first[0] == {"have": {"a.whl": 0}}
    assert first[1]["fault"][0] == "broken-off"

    assert carried_out(tmp_path, wanted + DATA[10:20])[0] == {"have": {"a.whl": 10}}


def test_what_is_complete_stays_and_what_nobody_uses_of_other_sets_goes(tmp_path: Path) -> None:
    for name in ("1.0-abc", "0.9-old"):
        (tmp_path / "runners" / name).mkdir(parents=True)
        (tmp_path / "runners" / name / "complete").touch()
    using = tmp_path / "runners" / "0.8-used"
    using.mkdir()
    with subprocess.Popen(["sh", "-c", "read x", f"{using}/bin/python"], stdin=subprocess.PIPE) as running:
        said = carried_out(tmp_path, json.dumps({"a.whl": WANTED}).encode() + b"\n")
        running.communicate(b"\n")

    program = tmp_path / "runners" / "1.0-abc" / "venv" / "bin" / "workbench"
    assert said == [{"have": {"a.whl": len(DATA)}}, {"program": str(program)}]
    assert sorted(path.name for path in (tmp_path / "runners").iterdir()) == ["0.8-used", "1.0-abc", "lock"]


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    assert carried_out(Path("/proc/workbench"), b"{}\n")[0]["fault"][0] == "set-up-failed"


def test_who_comes_while_somebody_sets_it_up_is_told_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "runners").mkdir()
    with (tmp_path / "runners" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        [said] = carried_out(tmp_path, json.dumps({"a.whl": WANTED}).encode() + b"\n" + DATA)

    assert said["fault"][0] == "set-up-busy"
    assert list((tmp_path / "runners" / "1.0-abc").iterdir()) == []
