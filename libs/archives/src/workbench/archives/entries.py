"""What may be in an upload at all: every entry passes here before anything of it is read.

No entry's name ever becomes a path on this machine (archives are read in place), so these rules protect
whoever downloads the dataset later, and the index, as much as us.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

from workbench.runner.core import Refusal


class UnsafeUpload(Refusal):
    """An entry of the upload could do harm; ``entry`` is its name."""

    def __init__(self, entry: str, reason: str) -> None:
        super().__init__(f"{readable(entry)}: {reason}", entry=readable(entry))


class BrokenArchive(Refusal):
    """The archive is damaged, cut short, encrypted or of a kind we do not read; ``entry`` is where."""

    def __init__(self, entry: str, reason: str) -> None:
        super().__init__(f"{readable(entry)}: {reason}", entry=readable(entry))


@dataclass(frozen=True)
class Limits:
    """How much one upload may hold."""

    # COCO train (118k images, 18 GB) and ImageNet's validation set (50k, 6.7 GB) fit; an index of a million
    # lines would not fit the memory of a run.
    files: int = 500_000
    expanded_bytes: int = 32 * 2**30
    # Photos hardly shrink, flat BMP drawings shrink a few hundred times, bombs a thousand times and more.
    expansion: int = 200
    # Below this size any ratio is harmless: tiny synthetic sets of one colour must pass.
    harmless_bytes: int = 256 * 2**20


LIMITS = Limits()

# Linux allows 4096 and 255 bytes, Windows 260 characters: what passes here can be unpacked nearly anywhere.
LONGEST_NAME_BYTES = 1024
LONGEST_PART_BYTES = 255

# What a Mac calls the file that holds a folder's own icon; packed elsewhere than there, it is empty.
_FOLDER_ICON = "Icon\r"

_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True)
class Entry:
    """One file of the upload. ``read`` gives its bytes (``size`` of them) anew each time.

    ``stream``: the same piece by piece, for what may be larger than memory should be; None where it is in memory.
    """

    name: str
    size: int
    read: Callable[[], bytes]
    stream: Callable[[], IO[bytes]] | None = None

    def opened(self) -> IO[bytes]:
        """From its first byte on, to be closed."""
        return self.stream() if self.stream else io.BytesIO(self.read())


@dataclass
class Entries:
    """The files and folders found so far, within the limits; ``packed_bytes`` None: nothing is packed."""

    packed_bytes: int | None
    limits: Limits = LIMITS
    files: dict[str, Entry] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    expanded_bytes: int = 0

    def add_folder(self, raw_name: str) -> None:
        """Note a folder, so that an empty one can be told; raises UnsafeUpload."""
        name = safe_name(raw_name)
        if name:
            self.folders.add(name)
            self._check_count(name)

    def add_file(
        self, raw_name: str, size: int, read: Callable[[], bytes], stream: Callable[[], IO[bytes]] | None = None
    ) -> None:
        """Note a file; raises UnsafeUpload for its name, a second one of the name, or a limit passed.

        The empty icon of a Mac's folder is passed over: its name, and only its name, would be refused.
        """
        if not size and raw_name.rpartition("/")[2] == _FOLDER_ICON:
            return
        name = safe_name(raw_name)
        if not name:
            raise UnsafeUpload(raw_name, "this can't name a file")
        if name in self.files:
            raise UnsafeUpload(name, "there are two entries of this name")
        self.files[name] = Entry(name, size, read, stream)
        self._check_count(name)
        self.expanded_bytes += size
        check_expansion(name, self.expanded_bytes, self.packed_bytes, self.limits)

    def _check_count(self, name: str) -> None:
        if len(self.files) + len(self.folders) > self.limits.files:
            raise UnsafeUpload(name, f"the upload holds more than {self.limits.files} files and folders")


def check_expansion(entry: str, expanded: int, packed: int | None, limits: Limits) -> None:
    """Raise UnsafeUpload when ``expanded`` bytes are too many, at all or for ``packed`` bytes."""
    if expanded > limits.expanded_bytes:
        raise UnsafeUpload(
            entry, f"up to here the upload expands to {expanded} bytes; at most {limits.expanded_bytes} are taken"
        )
    if packed is not None and expanded > max(limits.harmless_bytes, packed * limits.expansion):
        raise UnsafeUpload(
            entry,
            f"up to here {packed} packed bytes expand to {expanded}, more than "
            f"{limits.expansion} times as many: this looks like a decompression bomb",
        )


def safe_name(raw_name: str) -> str:
    """The name as a plain relative path with ``/``; "" for the top folder itself. Raises UnsafeUpload."""
    # Some Windows programs pack with backslashes, against the zip specification.
    name = raw_name.replace("\\", "/")
    reason = _what_is_wrong(name)
    if reason:
        raise UnsafeUpload(raw_name, reason)
    return "/".join(part for part in name.split("/") if part not in ("", "."))


def readable(name: str) -> str:
    """A hostile name made fit for a message: escaped, and cut when overlong."""
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in name)
    return shown if len(shown) <= 200 else f"{shown[:120]}…{shown[-60:]}"


def _unprintable(name: str) -> str:
    if any("\ud800" <= char <= "\udfff" for char in name):
        return "the name is not UTF-8; rename it, or leave it out"
    first = next(char for char in name if not char.isprintable())
    return f"the name has the unprintable character U+{ord(first):04X}; rename it, or leave it out"


def _what_is_wrong(name: str) -> str | None:
    if name.startswith("/"):
        return "an absolute path; entries must lie below the top folder"
    if _DRIVE.match(name):
        return "a path with a drive letter; entries must lie below the top folder"
    parts = name.split("/")
    if ".." in parts:
        return "a path with '..' leads outside; entries must lie below the top folder"
    if not name.isprintable():
        return _unprintable(name)
    if len(name.encode()) > LONGEST_NAME_BYTES or any(len(p.encode()) > LONGEST_PART_BYTES for p in parts):
        return (
            f"the name is too long; {LONGEST_NAME_BYTES} bytes, and {LONGEST_PART_BYTES} between two slashes, are taken"
        )
    return None
