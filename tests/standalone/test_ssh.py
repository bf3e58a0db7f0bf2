"""`workbench targets connect`: a machine by SSH, with a real server, and what can be wrong with it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest
from eventually import until
from servers.sshd import Sshd
from standalone.conftest import COMMAND, Workbench
from standalone.test_try import colors
from workbench.client.ssh import NotOverSsh, Way, far_end
from workbench.runner.local import procfs

pytestmark = [pytest.mark.timeout(240)]


@pytest.fixture
def bench(workbench: Workbench, sshd: Sshd) -> Iterator[Workbench]:
    """A workbench that answers on loopback alone, and an `ssh` that knows the server."""
    made = replace(workbench, settings=sshd.settings)
    yield made
    for pid in procfs.tagged(f"WORKBENCH_HOME={sshd.home}"):  # its agent outlives every connection
        os.kill(pid, signal.SIGKILL)


Connect = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture
def connect(bench: Workbench, sshd: Sshd) -> Iterator[Connect]:
    """Start it; it is ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def connect() -> subprocess.Popen[str]:
        there = ("--key", sshd.key, "--program", COMMAND)
        started.append(bench.start("targets", "connect", "lab", sshd.address, *there))
        return started[-1]

    yield connect
    for process in started:
        process.kill()
        process.communicate()


def usable(bench: Workbench) -> bool:
    return any(target["id"] == "lab" and target["usable"] for target in bench.json("targets", "list"))


def test_a_machine_is_a_target_by_ssh_and_goes_on_when_the_connection_is_cut(
    bench: Workbench, sshd: Sshd, connect: Connect, tmp_path: Path
) -> None:
    held = connect()
    until(lambda: usable(bench), 60)
    bench.run("models", "create", colors(tmp_path / "net.onnx"), "--wait")
    model = bench.json("models", "list")[0]["id"]

    bench.run("profiles", "create", model, "--target", "lab", "--duration-s", "0.5")
    job = bench.json("profiles", "list")[0]["id"]
    until(lambda: bench.json("profiles", "show", job)["progress"], 60)
    cut(sshd)

    assert bench.run("profiles", "wait", job).returncode == 0
    assert bench.json("profiles", "show", job)["attempt"] == 1
    held.send_signal(signal.SIGINT)
    assert held.communicate(timeout=30)[0].count("lab is connected") == 2
    assert bench.run("targets", "rm", "lab").returncode == 0


def cut(sshd: Sshd) -> None:
    """Every connection that there is."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"-F\0{sshd.folder}/ssh_config" in (folder / "cmdline").read_text():
                os.kill(int(folder.name), signal.SIGKILL)


def test_a_machine_that_lost_its_secret_joins_anew_and_once_removed_keeps_nothing(
    bench: Workbench, sshd: Sshd, connect: Connect
) -> None:
    first = connect()
    until(lambda: usable(bench), 60)
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=30)
    for pid in procfs.tagged(f"WORKBENCH_HOME={sshd.home}"):
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(sshd.home / "agents")

    held = connect()
    until(lambda: list(sshd.home.glob("agents/*/agent.json")), 60)

    assert bench.run("targets", "rm", "lab").returncode == 0

    said, _ = held.communicate(timeout=90)
    assert held.returncode == 0, said
    assert "lab has lost its secret" in said
    assert "lab is removed" in said
    assert not list(sshd.home.glob("agents/*"))
    assert not procfs.tagged(f"WORKBENCH_HOME={sshd.home}"), "the connection is there until the agent has ended"


@pytest.fixture
def way(sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> Way:
    """To the server, as its user."""
    monkeypatch.setenv("PATH", sshd.settings["PATH"])
    return Way(sshd.address, str(sshd.key), str(COMMAND))


def why_not(way: Way, release: str = version("workbench-client")) -> str:
    """The word for what keeps an agent from working there."""
    with pytest.raises(NotOverSsh) as refused:
        way.look(release)
    assert str(refused.value).startswith(f"{refused.value.code}: ")
    assert "; " in str(refused.value)
    return refused.value.code


def test_a_machine_that_has_all_an_agent_needs_is_found_good(way: Way) -> None:
    way.look(version("workbench-client"))


def test_whether_an_agent_has_ended_there_is_found_out(way: Way) -> None:
    """It is known by the address that it was given, to the last digit."""
    likely = (sys.executable, "-c", "import sys; sys.stdin.read()", "agent", "--server", far_end(21_001))
    with subprocess.Popen(likely, stdin=subprocess.PIPE):
        assert not way.agent_ended(21_001, 0)
        assert way.agent_ended(21_002, 0)
    assert way.agent_ended(21_001, 0)
    assert not replace(way, address="nobody.invalid").agent_ended(21_001, 0), "nobody can tell"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"address": "nobody.invalid"}, "unknown-host"),
        ({"program": "/nowhere/workbench"}, "no-workbench"),
        ({"program": "sh"}, "other-release"),
        ({"address": "-oProxyCommand=touch"}, "bad-address"),
        ({"address": "a b"}, "bad-address"),
        ({"address": ""}, "bad-address"),
        ({"key": "/dev/null"}, "login-refused"),
    ],
)
def test_what_is_wrong_is_said_by_a_word_with_what_helps(way: Way, changed: dict[str, str], code: str) -> None:
    assert why_not(replace(way, **changed)) == code


def test_a_machine_of_another_release_is_refused(way: Way) -> None:
    assert why_not(way, "9.9.9") == "other-release"


def test_a_machine_is_never_trusted_by_a_key_that_nobody_confirmed(way: Way, sshd: Sshd) -> None:
    sshd.know(None)
    assert why_not(way) == "host-key-unknown"

    sshd.know(sshd.folder / "user.pub")
    assert why_not(way) == "host-key-changed"


def test_a_machine_that_is_off_or_hangs_in_the_handshake_is_given_up(way: Way, sshd: Sshd) -> None:
    sshd.stop()
    assert why_not(way) == "unreachable"

    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert why_not(replace(way, address=f"127.0.0.1:{silent.getsockname()[1]}")) == "unreachable"


def test_the_command_says_so_and_registers_nothing(bench: Workbench, sshd: Sshd, connect: Connect) -> None:
    sshd.know(None)

    said, _ = (process := connect()).communicate(timeout=60)

    assert process.returncode == 3
    assert said.startswith("Error: host-key-unknown: "), said
    assert [target["id"] for target in bench.json("targets", "list")] == ["local"]
