"""A machine over SSH: looked at, and its agent started there behind a tunnel back to the workbench.

OpenSSH does it, with the keys, the agent, the jump hosts and the known hosts of whoever asks: nothing of these is read
here or sent anywhere. The tunnel leads to the workbench alone, so the machine needs neither internet nor an open port.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from workbench.client.errors import WorkbenchError

CONNECT_S = 15  # until the other side has said who it is, too
LOOK_S = 60.0
LEAST_DISK_GIB, LEAST_MEMORY_GIB = 2, 1
_PORTS = range(21_000, 31_000)
_ADDRESS = re.compile(r"(?P<login>[^@\s-][^@\s]*@[^@:\s]+|[^@:\s-][^@:\s]*)(?::(?P<port>\d{1,5}))?")

# What ssh says, which it only says in words, and what it means; the first that fits.
_SAID = (
    (
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        "host-key-changed",
        "the machine shows another key than it did before",
        "find out why; if it was installed anew, `ssh-keygen -R HOST` forgets the old one",
    ),
    (
        "Host key verification failed",
        "host-key-unknown",
        "nobody has confirmed the machine's key yet",
        "connect once by hand, `ssh HOST`, and compare the fingerprint",
    ),
    ("Could not resolve hostname", "unknown-host", "no machine has this name", "check the name, or give its address"),
    (
        "Permission denied",
        "login-refused",
        "the machine does not accept the login",
        "check the user and --key; the public key belongs into ~/.ssh/authorized_keys there",
    ),
    (
        "remote port forwarding failed",
        "tunnel-refused",
        "the machine gives no port for the tunnel",
        "allow AllowTcpForwarding in its sshd_config, or choose another name for the target, which takes another port",
    ),
    ("", "unreachable", "the machine does not answer", "check that it is on and that its SSH port can be reached"),
)

_LOOK = """
echo "system=$(uname -s)"; echo "program=$(command -v {program})"
echo "release=$({program} --version 2>/dev/null)"; echo "setsid=$(command -v setsid)"
home=${{WORKBENCH_HOME:-${{XDG_DATA_HOME:-$HOME/.local/share}}/workbench}}
mkdir -p "$home" 2>/dev/null && [ -w "$home" ] && echo "home=$home"
echo "disk_kib=$(df -Pk "$home" 2>/dev/null | awk 'END {{print $4}}')"
echo "memory_kib=$(awk '/^MemAvailable/ {{print $2}}' /proc/meminfo 2>/dev/null)"
"""
# The token comes by standard input, where no list of processes shows it. The agent is in a session of its own; what
# stays is the connection, until its other end is gone.
_START = """
read -r token
home=${{WORKBENCH_HOME:-${{XDG_DATA_HOME:-$HOME/.local/share}}/workbench}}
[ -z "$token" ] || export WORKBENCH_AGENT_TOKEN="$token"
setsid {program} agent --server {url} </dev/null >>"$home/agent.log" 2>&1 &
echo started; exec cat >/dev/null
"""


class NotOverSsh(WorkbenchError):
    """``code`` is one word for programs; the message has what is wrong and what helps."""

    def __init__(self, code: str, what: str, remedy: str) -> None:
        super().__init__(f"{code}: {what}; {remedy}.")
        self.code = code


@dataclass(frozen=True)
class Way:
    """How a machine is reached. ``address``: ``[USER@]HOST[:PORT]``; ``program``: the workbench's command there."""

    address: str
    key: str | None = None
    program: str = "workbench"

    @property
    def command(self) -> list[str]:
        """Of ssh, but for what it is to do."""
        found = _ADDRESS.fullmatch(self.address)
        if found is None:
            raise NotOverSsh("bad-address", f"{self.address!r} is none", "give [USER@]HOST[:PORT]")
        options = [
            "-T",
            "-o",
            f"ConnectTimeout={CONNECT_S}",
            "-o",
            "ServerAliveInterval=10",
            "-o",
            "ServerAliveCountMax=3",
            "-o",
            "ExitOnForwardFailure=yes",
        ]
        options += ["-i", self.key, "-o", "IdentitiesOnly=yes"] if self.key else []
        options += ["-p", found["port"]] if found["port"] else []
        return ["ssh", *options, found["login"]]

    def look(self, release: str) -> None:
        """See that an agent can work there. ``release``: of the workbench, which the machine's must be.

        Raises NotOverSsh."""
        script = _LOOK.format(program=shlex.quote(self.program))
        done = self._run(script)
        if done.returncode:
            raise explained(done.stderr)
        facts = dict(line.partition("=")[::2] for line in done.stdout.splitlines() if "=" in line)
        for code, wrong, what, remedy in _checks(facts, self.program, release):
            if wrong:
                raise NotOverSsh(code, what, remedy)

    def hold(self, url: str, port: int, token: str) -> subprocess.Popen[str]:
        """Start the agent unless it works already, and keep a tunnel from ``port`` there to ``url``; the ssh that does.
        It says "started" on its standard output, or ends. ``token``: joins first; "" where it has joined."""
        there = urlsplit(url)
        tunnel = ["-R", f"127.0.0.1:{port}:{there.hostname}:{there.port or 80}"]
        script = _START.format(program=shlex.quote(self.program), url=f"http://127.0.0.1:{port}")
        head, login = self.command[:-1], self.command[-1]
        held = subprocess.Popen(
            [*head, *tunnel, login, script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert held.stdin is not None
        held.stdin.write(f"{token}\n")
        held.stdin.flush()
        return held

    def _run(self, script: str) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                [*self.command, script],
                capture_output=True,
                text=True,
                timeout=LOOK_S,
                check=False,
                stdin=None,
                errors="replace",
            )
        except subprocess.TimeoutExpired:
            raise explained("") from None
        except FileNotFoundError:
            raise NotOverSsh("no-ssh", "this machine has no ssh", "install OpenSSH's client") from None


def explained(said: str) -> NotOverSsh:
    """What ssh has said, as what is wrong."""
    _, code, what, remedy = next(row for row in _SAID if row[0] in said)
    last = said.strip().splitlines()[-1:] or ["it was given up"]
    return NotOverSsh(code, f"{what} (ssh: {last[0]})", remedy)


def port_of(workbench: str, name: str) -> int:
    """There, for this target of this workbench: always the same, since the agent knows the workbench by it."""
    return _PORTS[zlib.crc32(f"{workbench} {name}".encode()) % len(_PORTS)]


def _checks(facts: dict[str, str], program: str, release: str) -> Sequence[tuple[str, object, str, str]]:
    disk, memory = (int(facts.get(name) or 0) / 2**20 for name in ("disk_kib", "memory_kib"))
    theirs = facts.get("release", "").removeprefix("workbench ")
    return (
        (
            "not-linux",
            facts.get("system") != "Linux",
            f"it runs {facts.get('system') or 'something unknown'}",
            "take a machine with Linux",
        ),
        (
            "no-workbench",
            not facts.get("program"),
            f"it has no {program!r}",
            "install dl-workbench there, or give --program with the command's path",
        ),
        (
            "other-release",
            theirs != release,
            f"it has release {theirs or 'unknown'}, this is {release}",
            "install the same release there",
        ),
        ("no-setsid", not facts.get("setsid"), "it has no setsid", "install util-linux there"),
        (
            "not-writable",
            not facts.get("home"),
            "the login may not write where the workbench keeps its files",
            "set WORKBENCH_HOME there to a folder that it may write",
        ),
        ("disk-full", disk < LEAST_DISK_GIB, f"its disk has {disk:.1f} GiB left", f"free {LEAST_DISK_GIB} GiB"),
        (
            "memory-short",
            memory < LEAST_MEMORY_GIB,
            f"it has {memory:.1f} GiB of memory left",
            f"end something there, so that {LEAST_MEMORY_GIB} GiB are free",
        ),
    )
