"""Paths as another user can reach them, though they lie below a folder that is its owner's alone.

A core of another user cannot enter ``/root`` or a private home, where interpreter and run may well be. In a mount
namespace of its own such a folder is covered by an empty one, with nothing in it but what the core needs; and
``/proc`` shows it no process of others.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from workbench.runner.sandbox.calls import LIBC, checked

NEW_MOUNTS = 0x20000
_NO_SUID, _NO_DEVICES, _NO_EXECUTION, _BIND, _RECURSIVE, _PRIVATE = 0x2, 0x4, 0x8, 0x1000, 0x4000, 0x40000


def closed(path: Path) -> Path | None:
    """The highest folder above the path that others may not enter; None where they may enter all."""
    for folder in reversed(path.parents):
        if not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None


def open_to_all(path: Path) -> bool:
    """Others may read it, and enter it if it is a folder."""
    mode = path.stat().st_mode
    wanted = stat.S_IROTH | (stat.S_IXOTH if stat.S_ISDIR(mode) else 0)
    return mode & wanted == wanted


def make(needed: Iterable[Path]) -> None:
    """In a new mount namespace: what is needed can be reached, other users' processes cannot be seen."""
    _mount(b"none", b"/", b"", _RECURSIVE | _PRIVATE)  # what is mounted from here on is nobody else's
    _open_up(needed)
    # Before Linux 5.8 the option is ignored; then numbers and names of processes can be seen.
    _mount(b"proc", b"/proc", b"proc", _NO_SUID | _NO_DEVICES | _NO_EXECUTION, b"hidepid=2")


def _open_up(paths: Iterable[Path]) -> None:
    """Cover each closed folder above these paths, and put the paths back where they were."""
    below: dict[Path, list[tuple[Path, int]]] = {}
    for path in dict.fromkeys(paths):
        if path.exists() and (cover := closed(path)):
            below.setdefault(cover, []).append((path, os.open(path, os.O_PATH | os.O_CLOEXEC)))
    before = os.umask(0o022)
    for cover, found in below.items():
        _mount(b"none", os.fsencode(cover), b"tmpfs", _NO_SUID | _NO_DEVICES, b"mode=0755,size=1m")
        for path, handle in sorted(found):  # a folder before what lies in it
            _put_back(path, handle)
    os.umask(before)


def _put_back(path: Path, handle: int) -> None:
    if not path.exists():  # else a folder above it is back already
        folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        (path if folder else path.parent).mkdir(parents=True, exist_ok=True)
        if not folder:
            path.touch()
        _mount(f"/proc/self/fd/{handle}".encode(), os.fsencode(path), b"", _BIND)
    os.close(handle)


def _mount(source: bytes, target: bytes, kind: bytes, flags: int, options: bytes | None = None) -> None:
    checked(LIBC.mount(source, target, kind, flags, options), f"mount {os.fsdecode(target)}")
