"""What one run has on disk: the files in its folder, and those of its processes that have lost their names.

Counted as the disk counts: blocks, so a sparse file is what it fills; a file with several names once. It costs a
call for each file, so it takes a break of twenty times as long as the last look took.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

FILES = 1_000_000  # in one run: more would take a small disk's inodes
_BLOCK_BYTES = 512
_REST = 20.0


class Disk:
    """Looks after one folder. Standard library only: a supervisor starts with every core."""

    def __init__(self, folder: Path, limits: dict[str, Any]) -> None:
        self._folder = folder
        self._bytes = limits.get("disk_bytes")  # not in the record of a run that an earlier release began
        self._next = 0.0

    def exceeded(self, pids: list[int]) -> str | None:
        """Which limit is passed; None too when it is not time to look yet."""
        began = time.monotonic()
        if self._bytes is None or began < self._next:
            return None
        look = _Look(self._bytes, FILES)
        look.folder(str(self._folder))
        for pid in pids:
            look.process(pid)
        self._next = time.monotonic() + _REST * (time.monotonic() - began)
        return look.exceeded


class _Look:
    """Ends early when a limit is passed."""

    def __init__(self, most_bytes: int, most_files: int) -> None:
        self._most_bytes, self._most_files = most_bytes, most_files
        self._bytes = self._files = 0
        self._hidden = False
        self._linked: set[tuple[int, int]] = set()

    @property
    def exceeded(self) -> str | None:
        if self._bytes > self._most_bytes or self._hidden:
            return "disk_limit"
        return "files_limit" if self._files > self._most_files else None

    def folder(self, path: str) -> None:
        """Everything below it, but for the inputs, which others have put there."""
        left = [path]
        while left and not self.exceeded:
            with self._seeing(), os.scandir(left.pop()) as entries:
                for entry in entries:
                    with self._seeing():
                        self._note(entry.stat(follow_symlinks=False))
                        if entry.is_dir(follow_symlinks=False) and entry.path != f"{path}/inputs":
                            left.append(entry.path)
                    if self.exceeded:
                        return

    @contextmanager
    def _seeing(self) -> Iterator[None]:
        """What hides itself, too deep or without permissions, is taken for more than is allowed."""
        try:
            yield
        except OSError as error:  # else it has vanished while we looked
            self._hidden = self._hidden or error.errno in (errno.ENAMETOOLONG, errno.EACCES)

    def process(self, pid: int) -> None:
        """Files that it has open and that no folder names any more; another user's are not for us to see."""
        with suppress(OSError), os.scandir(f"/proc/{pid}/fd") as entries:
            for entry in entries:
                with suppress(OSError):
                    found = entry.stat()
                    if stat.S_ISREG(found.st_mode) and found.st_nlink == 0:
                        self._note(found, nameless=True)

    def _note(self, found: os.stat_result, *, nameless: bool = False) -> None:
        if nameless or (found.st_nlink > 1 and not stat.S_ISDIR(found.st_mode)):
            known = (found.st_dev, found.st_ino)
            if known in self._linked:
                return
            self._linked.add(known)
        self._bytes += found.st_blocks * _BLOCK_BYTES
        self._files += 1
