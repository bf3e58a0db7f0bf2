"""A PostgreSQL server on loopback with its data in a folder of ours, kept over restarts and kills."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import time
import uuid
from pathlib import Path

import psycopg

from servers.process import NotReady, Server

USER = "postgres"


def _programs() -> Path | None:
    """The folder of the newest server there is; Debian keeps it off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("postgres")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def available() -> str | None:
    """None, or why no server can be started here."""
    if _programs() is None:
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    if os.geteuid() == 0 and not _account():
        return f"PostgreSQL refuses to run as root, and there is no user {USER}"
    return None


def _account() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        return None


class Postgres(Server):
    """``url`` is that of the database `workbench`; ``fresh()`` makes another, empty one."""

    @property
    def url(self) -> str:
        """SQLAlchemy's address of the database `workbench`."""
        return self.url_of("workbench")

    def url_of(self, database: str) -> str:
        """SQLAlchemy's address of one database."""
        return f"postgresql+psycopg://{USER}@{self.host}:{self.port}/{database}"

    def fresh(self) -> str:
        """The address of a new, empty database."""
        name = f"fresh_{uuid.uuid4().hex}"
        with self._connect("postgres") as connection:
            connection.execute(f'create database "{name}"')
        return self.url_of(name)

    def start(self) -> None:
        """Start and wait until it answers. Raises NotReady."""
        for _ in range(10):
            try:
                return super().start()
            except NotReady as error:
                # What a killed server forked in its last moment still holds the shared memory, for a moment.
                if "pre-existing shared memory" not in str(error) and "postmaster.pid" not in str(error):
                    raise
                time.sleep(0.5)
        return super().start()

    def command(self) -> list[str]:
        """Durable as in production: fsync stays on."""
        options = {
            "port": self.port,
            "listen_addresses": self.host,
            "unix_socket_directories": "",
            "fsync": "on",
            "max_connections": 300,
            "shared_buffers": "32MB",
        }
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return [*_as_owner(), str(self._program("postgres")), "-D", str(self._data), *settings]

    def prepare(self) -> None:
        """Let the server at its folder; make the cluster, once."""
        self._data.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            _let_in(self._data)  # at every start: each run of pytest closes the folder above again
        if (self._data / "PG_VERSION").exists():
            return
        initdb = [
            str(self._program("initdb")),
            "-D",
            str(self._data),
            "-U",
            USER,
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]
        subprocess.run([*_as_owner(), *initdb], check=True, capture_output=True, timeout=60, cwd="/")
        if self.host != Server.host:
            with (self._data / "pg_hba.conf").open("a") as rules:
                rules.write("host all all samenet trust\nhost all all 10.0.0.0/8 trust\n")

    def ready(self) -> bool:
        """Whether it takes a connection; the database is made at the first."""
        try:
            with self._connect("postgres") as connection:
                known = connection.execute("select 1 from pg_database where datname = 'workbench'").fetchone()
                if not known:
                    connection.execute("create database workbench")
            return True
        except psycopg.OperationalError:
            return False

    def terminate(self) -> None:
        """A fast shutdown: SIGTERM would wait for every client to go."""
        if self._process is not None and self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGINT)

    def _signal(self, number: int) -> None:
        """To the server and its own processes, which each lead a session: the group is the first one alone."""
        if self._process is None or self._process.poll() is not None:
            return
        os.kill(self._process.pid, signal.SIGSTOP)  # it makes no more of them while we look
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        for pid in (*map(int, children), self._process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        if number == signal.SIGKILL:
            for pid in children:
                _await_end(int(pid))

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _program(self, name: str) -> Path:
        folder = _programs()
        assert folder is not None
        return folder / name

    def _connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(
            host=self.host, port=self.port, user=USER, dbname=database, connect_timeout=3, autocommit=True
        )


def _as_owner() -> list[str]:
    """Ends with the thread that started it; never root, which the server refuses."""
    dying = ["setpriv", "--pdeathsig=KILL"]
    return [*dying, "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else dying


def _let_in(data: Path) -> None:
    """The folder is the server's own, and those above it let the server through."""
    account = _account()
    assert account is not None
    os.chown(data, account.pw_uid, account.pw_gid)
    data.chmod(0o700)
    for folder in data.parents:
        if folder.stat().st_uid == 0 and not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o011)


def _await_end(pid: int) -> None:
    """Until the kernel has taken back what the process held; who inherits it may leave it a zombie."""
    deadline = time.monotonic() + 5
    with contextlib.suppress(OSError):
        while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX":
            if time.monotonic() > deadline:
                return
            time.sleep(0.01)
