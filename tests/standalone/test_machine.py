"""A machine of one's own as a target, by the command line, wherever the workbench lives."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from eventually import until
from PIL import Image
from standalone.conftest import Workbench
from standalone.test_try import colors
from workbench.runner.local import procfs

pytestmark = [pytest.mark.timeout(240)]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Workbench]:
    """Nothing of the workbench's home is there; what runs is ended with the test."""
    other = Workbench(tmp_path / "machine")
    yield other
    for pid in procfs.tagged(f"WORKBENCH_HOME={other.home}"):
        os.kill(pid, signal.SIGKILL)


def join(anywhere: Workbench, machine: Workbench) -> subprocess.Popen[str]:
    """The agent, started by the command that `targets add` says."""
    said = anywhere.run("targets", "add", "bench").stdout.splitlines()
    command = next(line for line in said if line.startswith("workbench agent")).split()
    agent = machine.start(*command[1:])
    until(lambda: [each for each in anywhere.json("targets", "list") if each["id"] == "bench" and each["usable"]], 60)
    return agent


def test_a_machine_joins_measures_tries_and_leaves(anywhere: Workbench, machine: Workbench, tmp_path: Path) -> None:
    agent = join(anywhere, machine)
    [bench] = [each for each in anywhere.json("targets", "list") if each["id"] == "bench"]
    assert [device["name"] for device in bench["devices"]] == ["CPU"]
    anywhere.run("models", "create", colors(tmp_path / "net.onnx"), "--wait")
    model = anywhere.json("models", "list")[0]["id"]

    measured = anywhere.run("profiles", "create", model, "--target", "bench", "--duration-s", "0.1", "--wait")
    Image.new("RGB", (40, 30), (200, 9, 9)).save(tmp_path / "red.png")
    tried = anywhere.run(
        "try", model, tmp_path / "red.png", "--task", "classification", "--scale", "255", "--target", "bench"
    )

    assert measured.returncode == 0, measured.stdout
    [profile] = anywhere.json("profiles", "list")
    assert profile["request"]["target"] == "bench"
    assert tried.returncode == 0, tried.stdout
    assert anywhere.run("targets", "rm", "bench").returncode == 0
    said, _ = agent.communicate(timeout=60)
    assert agent.returncode == 0, said
    assert not list(machine.home.glob("agents/*"))
