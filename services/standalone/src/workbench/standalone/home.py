"""WORKBENCH_HOME: who serves it, at which URL, and the token that opens it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.store import Store
from workbench.webapp.identity import Identity, write_token

TEAM = "local"
LOOKS_S = 0.5


@dataclass(frozen=True)
class Serving:
    """Who serves a home."""

    url: str
    pid: int


class AlreadyServed(Exception):
    """Another process holds the home's lock."""


class HomeLock:
    """Held by the one process tree that serves a home; the kernel lets go of it when the last of them dies."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o700)
        self._descriptor = os.open(home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        if not self._take():
            os.close(self._descriptor)
            raise AlreadyServed
        os.truncate(self._descriptor, 0)

    def _take(self) -> bool:
        """Tried for a moment: who only looks (``serving``) holds it, too, and who has just taken it says so then."""
        deadline = time.monotonic() + LOOKS_S
        while True:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                if time.monotonic() > deadline:
                    return False
                time.sleep(0.02)

    def announce(self, url: str) -> None:
        """Write down where we serve."""
        os.pwrite(self._descriptor, json.dumps({"url": url, "pid": os.getpid()}).encode(), 0)


def serving(home: Path) -> Serving | None:
    """Who serves this home now; None when nobody does, or not yet."""
    with contextlib.suppress(FileNotFoundError), (home / "lock").open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _announced(file.read())
    return None


def _announced(text: str) -> Serving | None:
    with contextlib.suppress(ValueError):
        document: dict[str, Any] = json.loads(text)
        return Serving(document["url"], document["pid"])
    return None


def token(home: Path) -> str:
    """The home's token, made on first use. Only its owner can read the file."""
    path = home / "token"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text().strip()


def make_known(store: Store, secret: str) -> None:
    """The store keeps the token's digest, whatever store that is."""
    write_token(store, secret, Identity(TEAM, "admin"), "embedded")
