"""What a machine's agent keeps on its disk: whose machine it is, and which runs it has begun."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from workbench.runner.documents import BadDocument, read_json, write_json


class AlreadyRuns(Exception):
    """Another agent of this machine works for the same workbench."""


@dataclass(frozen=True)
class Membership:
    """``secret``: the machine's own. ``token``: the one it joined with, or tries to."""

    server: str
    secret: str
    token: str


@dataclass(frozen=True)
class Note:
    """A run that was taken: ``token`` opens its desk, ``pod`` is who we are there, also after a restart."""

    run: str
    token: str
    pod: str


class Kept:
    """Of one workbench. ``home``: that of this machine, which may work for several."""

    def __init__(self, home: Path, server: str) -> None:
        self.folder = home / "agents" / hashlib.sha256(server.encode()).hexdigest()[:16]
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self._server = server
        self._lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise AlreadyRuns(str(self.folder)) from None

    def membership(self) -> Membership | None:
        """None as long as it has joined nobody."""
        try:
            return Membership(**read_json(self.folder / "agent.json"))
        except (FileNotFoundError, BadDocument, TypeError):
            return None

    def expect(self, token: str) -> Membership:
        """Before joining: a secret that a repeat of the same attempt has, too."""
        known = self.membership()
        if known is None or known.token != token:
            known = Membership(self._server, secrets.token_urlsafe(32), token)
            write_json(self.folder / "agent.json", asdict(known))
            (self.folder / "agent.json").chmod(0o600)
        return known

    def leave(self) -> None:
        """Nothing of it stays; nor of what this program runs from, where that was brought into the home for it and no
        other workbench's agent may use it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        ours, home = Path(sys.prefix), self.folder.parent.parent
        if ours.is_relative_to(home) and not any(self.folder.parent.iterdir()):
            shutil.rmtree(home / ours.relative_to(home).parts[0], ignore_errors=True)

    def runs_of(self, service: str) -> KeptRuns:
        """Those of one of its services."""
        return KeptRuns(self.folder / "runs" / service)


class KeptRuns:
    """A note and a folder for each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def folder(self, run: str) -> Path:
        """Where it works."""
        return self._folder / run

    def note(self, run: str, token: str) -> Note:
        """Before anything of it is begun."""
        made = Note(run, token, secrets.token_hex(16))
        write_json(self._folder / f"{run}.json", asdict(made))
        return made

    def notes(self) -> Iterator[Note]:
        """Of all that are not over."""
        for path in sorted(self._folder.glob("*.json")):
            with suppress(BadDocument, TypeError, FileNotFoundError):
                yield Note(**read_json(path))

    def forgotten(self) -> Iterator[Path]:
        """Folders that no note names."""
        for path in sorted(self._folder.iterdir()):
            if path.is_dir() and not (self._folder / f"{path.name}.json").exists():
                yield path

    def forget(self, run: str) -> None:
        """It is over."""
        (self._folder / f"{run}.json").unlink(missing_ok=True)
