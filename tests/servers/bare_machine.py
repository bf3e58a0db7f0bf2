"""A machine that reaches nothing: OpenSSH's server in a network of its own, with a home and the system's Python."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from workbench.runner.local import procfs

_SERVER = """\
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
UsePAM no
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
SetEnv WORKBENCH_HOME={home} PATH={path} HOME={folder}
{more}
"""
# No port is listened at: the server speaks on what the client's connection is here.
_CLIENT = """\
Host *
ProxyCommand {place} {sshd} -i -f {folder}/sshd_config
HostKeyAlias bare
UserKnownHostsFile {folder}/known_hosts
GlobalKnownHostsFile /dev/null
IdentityFile {folder}/user
IdentityAgent none
BatchMode yes
"""
_PLACES = "/usr/sbin:/usr/local/sbin"


def available() -> str | None:
    """None, or why there can be none here."""
    if os.getuid() != 0:
        return "a network of its own needs root"
    there = shutil.which("sshd", path=_PLACES) and all(map(shutil.which, ("ssh", "ssh-keygen", "unshare", "nsenter")))
    return None if there else "OpenSSH is not installed (Debian: apt-get install openssh-server openssh-client)"


class BareMachine:
    """``home``: of the workbench there. ``path``: where its programs are; ``more``: lines of its sshd_config."""

    address = f"{getpass.getuser()}@bare"

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, folder / "machine"
        for name in ("host", "user"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
            subprocess.run(command, check=True, timeout=20)
        Path("/run/sshd").mkdir(exist_ok=True)
        (folder / "known_hosts").write_text(f"bare {(folder / 'host.pub').read_text()}")
        self._network = subprocess.Popen(
            ["unshare", "--net", "--mount", "sh", "-c", "ip link set lo up; echo up; exec sleep infinity"],
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._network.stdout is not None
        self._network.stdout.readline()
        (folder / "bin").mkdir()
        ssh = folder / "bin" / "ssh"
        ssh.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {folder}/ssh_config "$@"\n')
        ssh.chmod(0o755)
        self.configure()

    @property
    def key(self) -> Path:
        """The private one."""
        return self.folder / "user"

    @property
    def settings(self) -> Mapping[str, str]:
        """For who calls `ssh`: one that reads nothing of the user's own."""
        return {"PATH": f"{self.folder}/bin:{os.environ['PATH']}"}

    def configure(self, path: str = "/usr/bin:/bin", home: str | None = None, more: str = "") -> None:
        """From the next connection on."""
        place = " ".join(self.inside)
        sshd = shutil.which("sshd", path=_PLACES)
        server = _SERVER.format(folder=self.folder, home=home or self.home, path=path, more=more)
        (self.folder / "sshd_config").write_text(server)
        (self.folder / "ssh_config").write_text(_CLIENT.format(folder=self.folder, place=place, sshd=sshd))

    @property
    def inside(self) -> Sequence[str]:
        """Before a command: it is carried out there."""
        return ("nsenter", "--net", "--mount", "--target", str(self._network.pid))

    def run(self, *command: str) -> None:
        """There."""
        subprocess.run([*self.inside, *command], check=True, timeout=20)

    def cut(self) -> int:
        """Every connection that there is; how many."""
        found = [pid for pid in _processes() if f"{self.folder}/ssh_config".encode() in _line(pid)]
        for pid in found:
            _kill(pid)
        return len(found)

    def end(self) -> None:
        """Nothing of it is left."""
        self.cut()
        for pid in procfs.tagged(f"WORKBENCH_HOME={self.home}"):
            _kill(pid)
        os.killpg(self._network.pid, signal.SIGKILL)
        self._network.communicate()


def _processes() -> Sequence[int]:
    return [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]


def _line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
