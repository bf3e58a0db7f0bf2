"""What keeps an agent from working on a machine, each of it for real: one word and what helps."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest
from servers import bare_machine
from servers.bare_machine import BareMachine
from standalone.conftest import COMMAND, Workbench
from workbench.client import preflight
from workbench.client.ssh import NotOverSsh, Way, explained, refuse

pytestmark = [pytest.mark.timeout(240), pytest.mark.skipif(bare_machine.available() is not None, reason="see there")]
NEEDED = ("sh", "uname", "date", "getconf", "mkdir", "df", "awk", "cat", "head", "setsid", "python3")


@pytest.fixture
def machine(serving: None, tmp_path: Path) -> Iterator[BareMachine]:
    made = BareMachine(tmp_path)
    yield made
    made.end()


@pytest.fixture
def way(machine: BareMachine, monkeypatch: pytest.MonkeyPatch) -> Way:
    monkeypatch.setenv("PATH", machine.settings["PATH"])
    return Way(machine.address, program=str(COMMAND))


@pytest.fixture
def programs(tmp_path: Path) -> Callable[..., str]:
    """A folder with what the look needs, but for some, and with others in their place; as a PATH."""

    def make(*without: str, **instead: str) -> str:
        folder = tmp_path / "programs"
        folder.mkdir()
        for name in {*NEEDED} - {*without, *instead}:
            (folder / name).symlink_to(sys._base_executable if name == "python3" else shutil.which(name))
        for name, script in instead.items():
            (folder / name).write_text(f"#!/bin/sh\n{script}\n")
            (folder / name).chmod(0o755)
        return str(folder)

    return make


def why_not(way: Way) -> str:
    with pytest.raises(NotOverSsh) as refused:
        way.look(version("workbench-client"))
    assert str(refused.value).startswith(f"{refused.value.code}: ")
    assert "; " in str(refused.value)
    return refused.value.code


def no_runner(way: Way) -> str:
    """Why none can be brought there."""
    with pytest.raises(NotOverSsh) as refused:
        refuse(preflight.of_a_runner(way.facts()))
    return str(refused.value)


def test_a_machine_with_nothing_but_what_is_looked_for_is_found_good(
    machine: BareMachine, way: Way, programs: Callable[..., str]
) -> None:
    machine.configure(path=programs())

    way.look(version("workbench-client"))
    refuse(preflight.of_a_runner(way.facts()))


def test_another_system_is_refused(machine: BareMachine, way: Way, programs: Callable[..., str]) -> None:
    machine.configure(path=programs(uname="echo Darwin"))
    assert why_not(way) == "not-linux"


def test_a_machine_without_setsid_is_refused(machine: BareMachine, way: Way, programs: Callable[..., str]) -> None:
    machine.configure(path=programs("setsid"))
    assert why_not(way) == "no-setsid"


def test_a_folder_that_nobody_can_write_is_refused(machine: BareMachine, way: Way) -> None:
    machine.configure(home="/proc/workbench")
    assert why_not(way) == "not-writable"


def test_a_full_disk_is_refused(machine: BareMachine, way: Way, tmp_path: Path) -> None:
    (tmp_path / "small").mkdir()
    machine.run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(tmp_path / "small"))
    machine.configure(home=f"{tmp_path}/small/workbench")
    assert why_not(way) == "disk-full"


def test_too_little_memory_is_refused(machine: BareMachine, way: Way, tmp_path: Path) -> None:
    (tmp_path / "meminfo").write_text("MemTotal:        2000000 kB\nMemAvailable:     300000 kB\n")
    machine.run("mount", "--bind", str(tmp_path / "meminfo"), "/proc/meminfo")  # as containers have theirs
    assert why_not(way) == "memory-short"


def test_a_clock_that_is_an_hour_off_is_refused(machine: BareMachine, way: Way, programs: Callable[..., str]) -> None:
    machine.configure(path=programs(date=f"echo {int(time.time()) - 3600}"))
    assert why_not(way) == "clock-off"


def test_a_machine_without_a_python_gets_no_runner(
    machine: BareMachine, way: Way, programs: Callable[..., str]
) -> None:
    machine.configure(path=programs("python3"))
    assert no_runner(way).startswith("no-python: it has no python3; install Python 3.11 or newer there")


def test_a_python_that_is_too_old_is_told_with_its_version(
    machine: BareMachine, way: Way, programs: Callable[..., str]
) -> None:
    machine.configure(path=programs(python3="echo 3.9"))
    assert no_runner(way).startswith("no-python: its newest Python is 3.9; ")


def test_a_machine_with_another_c_library_gets_no_runner(
    machine: BareMachine, way: Way, programs: Callable[..., str]
) -> None:
    machine.configure(path=programs(getconf="exit 1"))
    assert no_runner(way).startswith("no-glibc: ")


def test_a_server_that_forwards_nothing_is_told_as_such(machine: BareMachine, way: Way) -> None:
    machine.configure(more="AllowTcpForwarding no")

    with way.hold("http://127.0.0.1:9", 21_500, "") as held:
        _, said = held.communicate(timeout=60)

    assert explained(said).code == "tunnel-refused"


def test_a_machine_that_does_not_stop_talking_is_heard_no_further(machine: BareMachine, way: Way) -> None:
    machine.configure(more="ForceCommand yes")
    assert why_not(way) == "endless-answer"

    machine.configure(more="ForceCommand yes >&2")
    assert why_not(way) == "endless-answer"


# As the command, but with less patience.
IMPATIENT = """
from workbench.client.cli import connecting, main
connecting.HEARD_S = 2.0
main()
"""


def test_an_agent_that_says_nothing_is_given_up(
    machine: BareMachine, way: Way, workbench: Workbench, tmp_path: Path
) -> None:
    silent = tmp_path / "silent"
    silent.write_text(f'#!/bin/sh\n[ "$1" = agent ] || echo "workbench {version("workbench-client")}"\n')
    silent.chmod(0o755)
    machine.configure(more='ForceCommand echo Welcome.; eval "$SSH_ORIGINAL_COMMAND"')  # as many a login prints
    connect = ("targets", "connect", "lab", machine.address, "--program", str(silent))

    done = subprocess.run(
        [sys.executable, "-c", IMPATIENT, *connect],
        env={**machine.settings, "WORKBENCH_HOME": str(workbench.home)},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 3
    assert "agent-silent: " in done.stderr, done.stderr
    assert "agent.log" in done.stderr


def test_an_address_that_is_none_reaches_nobody(way: Way) -> None:
    assert why_not(replace(way, address="-oProxyCommand=touch")) == "bad-address"
