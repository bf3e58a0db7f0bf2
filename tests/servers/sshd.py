"""OpenSSH's server on a port of ours, with keys of its own, for the user that runs the tests."""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from servers.process import Server

_PLACES = "/usr/sbin:/usr/local/sbin"
_CONFIGURATION = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
UsePAM no
StrictModes no
PermitRootLogin prohibit-password
PasswordAuthentication no
SetEnv WORKBENCH_HOME={home}
"""
_CLIENT = """\
Host *
UserKnownHostsFile {folder}/known_hosts
GlobalKnownHostsFile /dev/null
IdentityAgent none
BatchMode yes
"""


def available() -> str | None:
    """None, or why it cannot be run here."""
    there = shutil.which("sshd", path=_PLACES) and shutil.which("ssh") and shutil.which("ssh-keygen")
    return None if there else "OpenSSH is not installed (Debian: apt-get install openssh-server openssh-client)"


class Sshd(Server):
    """``key``: lets its user in. ``home``: of the workbench, for whoever comes in."""

    @property
    def key(self) -> Path:
        """The private one."""
        return self.folder / "user"

    @property
    def home(self) -> Path:
        """As the machine's own."""
        return self.folder / "machine"

    @property
    def address(self) -> str:
        """As ssh takes it, with a port."""
        return f"{getpass.getuser()}@127.0.0.1:{self.port}"

    @property
    def settings(self) -> Mapping[str, str]:
        """For who calls `ssh`: one that reads nothing of the user's own."""
        return {"PATH": f"{self.folder}/bin:{Path(sys.executable).parent}:/usr/bin:/bin"}

    def prepare(self) -> None:
        """Keys and configurations, once."""
        if self.key.exists():
            return
        Path("/run/sshd").mkdir(exist_ok=True)
        for name in ("host", "user"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.folder / name)]
            subprocess.run(command, check=True, timeout=20)
        (self.folder / "sshd_config").write_text(
            _CONFIGURATION.format(port=self.port, folder=self.folder, home=self.home)
        )
        (self.folder / "ssh_config").write_text(_CLIENT.format(folder=self.folder))
        self.know(self.folder / "host.pub")
        (self.folder / "bin").mkdir()
        ssh = self.folder / "bin" / "ssh"
        ssh.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {self.folder}/ssh_config "$@"\n')
        ssh.chmod(0o755)

    def know(self, host_key: Path | None) -> None:
        """What the client takes for this server's key; None: nobody has ever confirmed one."""
        known = f"[127.0.0.1]:{self.port} {host_key.read_text()}" if host_key else ""
        (self.folder / "known_hosts").write_text(known)

    def command(self) -> list[str]:
        """In the foreground."""
        program = shutil.which("sshd", path=_PLACES)
        assert program is not None, "available() has looked"
        return [program, "-D", "-e", "-f", str(self.folder / "sshd_config")]

    def ready(self) -> bool:
        """Whether it says who it is."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                return connection.recv(4) == b"SSH-"
        except OSError:
            return False
