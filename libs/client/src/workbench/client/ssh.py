"""A machine over SSH: looked at, and its agent started there behind a tunnel back to the workbench.

OpenSSH does it, with the keys, the agent, the jump hosts and the known hosts of whoever asks: nothing of these is read
here or sent anywhere. The tunnel leads to the workbench alone, so the machine needs neither internet nor an open port.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from workbench.client import preflight
from workbench.client.errors import WorkbenchError
from workbench.client.heard import TooMuch, heard

CONNECT_S = 15  # until the other side has said who it is, too
LOOK_S = 60.0
_SSH_FAILED = 255
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

# The token comes by standard input, where no list of processes shows it. The agent is in a session of its own; what
# stays is the connection, until its other end is gone.
_START = """
read -r token
home=${{WORKBENCH_HOME:-${{XDG_DATA_HOME:-$HOME/.local/share}}/workbench}}
[ -z "$token" ] || export WORKBENCH_AGENT_TOKEN="$token"
setsid {program} agent --server {url} </dev/null >>"$home/agent.log" 2>&1 &
echo started; exec cat >/dev/null
"""


# Until no process there was started with the workbench's address: 0, or 1 after so many seconds. Linux says of each
# with what it was; a grep that cannot read that finds nothing out, which is no end.
_ENDED = """
left={seconds}
while cat /proc/[0-9]*/cmdline 2>/dev/null | grep -qxz -e '{url}'; [ $? -ne 1 ]; do
    [ $left -gt 0 ] || exit 1
    left=$((left - 1)); sleep 1
done
"""


# Whether an agent there has a secret of this workbench, or had a token of it.
_JOINED = """
grep -qsF '"{url}"' "${{WORKBENCH_HOME:-${{XDG_DATA_HOME:-$HOME/.local/share}}/workbench}}"/agents/*/agent.json
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
        facts = self.facts()
        refuse([*preflight.of_a_place(facts, time.time()), *preflight.of_a_program(facts, self.program, release)])

    def facts(self) -> preflight.Facts:
        """What there is. Raises NotOverSsh."""
        done = self._run(preflight.LOOK.format(program=shlex.quote(self.program)))
        if done.returncode:
            raise explained(done.stderr)
        return dict(line.partition("=")[::2] for line in done.stdout.splitlines() if "=" in line)

    def hold(self, url: str, port: int, token: str) -> subprocess.Popen[str]:
        """Start the agent unless it works already, and keep a tunnel from ``port`` there to ``url``; the ssh that does.
        It says "started" on its standard output, or ends. ``token``: joins first; "" where it has joined."""
        here = urlsplit(url)
        tunnel = ["-R", f"127.0.0.1:{port}:{here.hostname}:{here.port or 80}"]
        script = _START.format(program=shlex.quote(self.program), url=far_end(port))
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

    def has_joined(self, port: int) -> bool:
        """Whether the agent of this tunnel may have a secret there. Raises NotOverSsh."""
        done = self._run(_JOINED.format(url=far_end(port)))
        if done.returncode == _SSH_FAILED:
            raise explained(done.stderr)
        return done.returncode == 0

    def agent_ended(self, port: int, seconds: int) -> bool:
        """Wait until the agent of this tunnel has ended there, at most so long; False where it has not, or nobody can
        tell."""
        url = re.escape(far_end(port)[:-1]) + f"[{far_end(port)[-1]}]"  # as itself it would be found, too
        try:
            return self._run(_ENDED.format(seconds=seconds, url=url)).returncode == 0
        except NotOverSsh:
            return False

    def _run(self, script: str) -> subprocess.CompletedProcess[str]:
        try:
            return heard([*self.command, script], LOOK_S)
        except TooMuch:
            raise endless() from None
        except subprocess.TimeoutExpired:
            raise explained("") from None
        except FileNotFoundError:
            raise NotOverSsh("no-ssh", "this machine has no ssh", "install OpenSSH's client") from None


def refuse(checks: Iterable[preflight.Check]) -> None:
    """Raises NotOverSsh for the first that fails."""
    for code, wrong, what, remedy in checks:
        if wrong:
            raise NotOverSsh(code, what, remedy)


def endless() -> NotOverSsh:
    """Where a machine says more than anybody reads."""
    return NotOverSsh("endless-answer", "the machine does not stop talking", "see what a login prints there, ~/.bashrc")


def explained(said: str) -> NotOverSsh:
    """What ssh has said, as what is wrong."""
    _, code, what, remedy = next(row for row in _SAID if row[0] in said)
    last = said.strip().splitlines()[-1:] or ["it was given up"]
    return NotOverSsh(code, f"{what} (ssh: {last[0]})", remedy)


def far_end(port: int) -> str:
    """The workbench's address at the tunnel's other end."""
    return f"http://127.0.0.1:{port}"


def port_of(workbench: str, name: str) -> int:
    """There, for this target of this workbench: always the same, since the agent knows the workbench by it."""
    return _PORTS[zlib.crc32(f"{workbench} {name}".encode()) % len(_PORTS)]
