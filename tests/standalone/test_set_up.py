"""A machine without internet is set up by SSH, measures, and is left as it was."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from eventually import until
from servers import bare_machine
from servers.bare_machine import BareMachine
from standalone.conftest import Workbench
from standalone.test_try import colors

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),  # a runner of 600 MB is brought there, and its libraries compiled
    pytest.mark.skipif(bare_machine.available() is not None, reason="see there"),
]


@pytest.fixture(scope="module")
def wheels(whole: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `make wheels` makes."""
    clone = tmp_path_factory.mktemp("clone")
    files = subprocess.run(
        ["git", "ls-files", "-z", "libs", "services", "tools/dist.sh", "tools/wheels.sh", "*.lock"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    subprocess.run(["cp", "--parents", *filter(None, files.split("\0")), clone], cwd=ROOT, check=True)
    subprocess.run(["sh", "tools/wheels.sh", Path(sys.executable).parents[1]], cwd=clone, check=True)
    return clone / "dist"


@pytest.fixture
def machine(serving: None, tmp_path: Path) -> Iterator[BareMachine]:
    """Its Python is the one that this environment was made with, and has none of its packages."""
    made = BareMachine(tmp_path)
    (tmp_path / "python").mkdir()
    (tmp_path / "python" / "python3").symlink_to(sys._base_executable)
    made.configure(path=f"{tmp_path}/python:/usr/bin:/bin")
    yield made
    made.end()


def test_a_machine_without_internet_is_set_up_measures_and_is_left_as_it_was(
    wheels: Path, machine: BareMachine, workbench: Workbench, tmp_path: Path
) -> None:
    bench = replace(workbench, settings=machine.settings)
    held = bench.start("targets", "add", "lab", "--ssh", machine.address, "--key", machine.key, "--wheels", wheels)
    until(lambda: held.poll() is not None or registered(bench), 500)
    assert held.poll() is None, held.communicate()[0]
    bench.run("models", "create", colors(tmp_path / "net.onnx"), "--wait")
    model = bench.json("models", "list")[0]["id"]

    done = bench.run("profiles", "create", model, "--target", "lab", "--duration-s", "0.5", "--wait")

    assert done.returncode in (0, 4), done.stdout
    assert bench.json("profiles", "list")[0]["state"] == "succeeded"
    [runner] = machine.home.glob("runners/*/venv")
    assert not list(runner.parent.glob("*.whl"))
    secret = machine.key.read_bytes().splitlines()[1]
    assert [path for path in (bench.home, machine.home) for path in holding(path, secret)] == []

    assert bench.run("targets", "rm", "lab").returncode == 0
    said, _ = held.communicate(timeout=120)
    assert held.returncode == 0, said
    until(lambda: not (machine.home / "runners").exists(), 300)  # 30,000 files, on a disk that others use
    assert not list(machine.home.glob("agents/*"))


def registered(bench: Workbench) -> bool:
    return any(target["id"] == "lab" for target in bench.json("targets", "list"))


def holding(place: Path, secret: bytes) -> Iterator[Path]:
    """Files below it with these bytes."""
    for folder, _, names in os.walk(place):
        for name in names:
            path = Path(folder, name)
            if path.is_file() and secret in path.read_bytes():
                yield path
