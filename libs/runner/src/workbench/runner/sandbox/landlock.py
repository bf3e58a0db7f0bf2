"""Landlock: which files this process and its children may use from here on, by the version that the kernel has.

Versions add what can be restricted: 2 moves between folders, 3 truncation, 4 TCP, 5 ioctl on devices, 6 signals and
abstract sockets. What an older kernel lacks is closed by the filter of system calls (``filters.py``).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable
from pathlib import Path

from workbench.runner.sandbox.calls import system_call

NEWEST = 7  # what this file was written for; a newer kernel takes the same request
_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_ASK_VERSION, _BENEATH = 1, 1
_EXECUTE, _WRITE, _READ, _LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE, _IOCTL = 1 << 14, 1 << 15
_CHARACTER_DEVICE, _SOCKET, _BLOCK_DEVICE = 1 << 6, 1 << 9, 1 << 11
_OF_A_FILE = _EXECUTE | _WRITE | _READ | _TRUNCATE | _IOCTL
_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_ALL = (1 << 16) - 1
_NO_TCP, _NO_OUTSIDE = 3, 3

LOOK = _READ | _LIST
RUN = LOOK | _EXECUTE
# Not to execute: whatever was written there is data. No device nodes and no sockets.
KEEP = _ALL & ~(_EXECUTE | _CHARACTER_DEVICE | _SOCKET | _BLOCK_DEVICE | _IOCTL)
DEVICE = _READ | _WRITE | _LIST | _IOCTL


def version() -> int:
    """Of this kernel's Landlock. Raises OSError when it has none, or it is switched off."""
    return system_call(_CREATE, 0, 0, _ASK_VERSION)


class Ruleset:
    """Everything is forbidden but what is allowed here."""

    def __init__(self, abi: int) -> None:
        self._handled = _RIGHTS.get(abi, _ALL)
        request = [self._handled, _NO_TCP if abi >= 4 else 0, _NO_OUTSIDE if abi >= 6 else 0]
        attributes = struct.pack("=QQQ", *request)[: 8 if abi < 4 else 16 if abi < 6 else 24]
        self._descriptor = system_call(_CREATE, attributes, len(attributes), 0)

    def allow(self, rights: int, paths: Iterable[str | Path]) -> None:
        """Below each path that exists; a path that is a file gets what files can have."""
        for path in paths:
            try:
                handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except OSError:
                continue  # not there, so there is nothing to reach
            try:
                fitting = rights & self._handled & (_ALL if os.path.isdir(path) else _OF_A_FILE)  # noqa: PTH112
                system_call(_ADD_RULE, self._descriptor, _BENEATH, struct.pack("=Qi", fitting, handle), 0)
            finally:
                os.close(handle)

    def enter(self) -> None:
        """From here on; it needs no_new_privs."""
        system_call(_RESTRICT, self._descriptor, 0)
        os.close(self._descriptor)
