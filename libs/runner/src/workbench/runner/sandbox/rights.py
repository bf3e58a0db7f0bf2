"""Who a core is: where the workbench is root, a user of the run's own; everywhere without a single capability."""

from __future__ import annotations

import ctypes
import hashlib
import os
import struct
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from workbench.runner.sandbox.calls import LIBC, checked, prctl

# systemd's list of user ids calls 1,879,048,192 to 2,147,483,647 unused; a container may have fewer.
FIRST, COUNT = 1_900_000_000, 100_000_000
_FEWEST = 16
_PR_CAPBSET_DROP, _PR_SET_SECUREBITS, _PR_CAP_AMBIENT, _CLEAR_ALL = 24, 28, 47, 4
_ROOT_MEANS_NOTHING = 0xEF  # NOROOT, NO_SETUID_FIXUP, NO_CAP_AMBIENT_RAISE and their locks; KEEP_CAPS locked off
_CAPABILITIES = 64
_VERSION_3 = 0x20080522


def user_of(run: str, uid_map: str | None = None) -> int | None:
    """An id that no other run has, but for one chance in millions; None where there are no ids to choose from."""
    first, count = _range(uid_map if uid_map is not None else Path("/proc/self/uid_map").read_text())
    if count < _FEWEST:
        return None
    return first + int.from_bytes(hashlib.sha256(run.encode()).digest()[:8], "big") % count


def _range(uid_map: str) -> tuple[int, int]:
    extents = [(int(line.split()[0]), int(line.split()[2])) for line in uid_map.splitlines() if line.strip()]
    for inside, count in extents:
        if inside <= FIRST and inside + count >= FIRST + COUNT:
            return FIRST, COUNT
    inside, count = max(extents, key=lambda extent: extent[1], default=(0, 0))
    # The upper half of what a container has, without its last two: 65534 is nobody.
    return inside + count // 2, count - count // 2 - 2


def become(user: int, groups: Iterable[int]) -> None:
    """Another user, whose group has the same number. Raises OSError where that is not permitted."""
    os.setgroups(list(groups))
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def bound() -> None:
    """No program started from here on can have a capability. As far as that is permitted: it takes rights itself."""
    with suppress(OSError):
        prctl(_PR_CAP_AMBIENT, _CLEAR_ALL)
    for capability in range(_CAPABILITIES):
        try:
            prctl(_PR_CAPBSET_DROP, capability)
        except OSError:
            break  # not permitted, or the kernel has no more of them
    with suppress(OSError):
        prctl(_PR_SET_SECUREBITS, _ROOT_MEANS_NOTHING)


def drop() -> None:
    """Give up every capability of this process. Raises OSError when one is left."""
    header = ctypes.create_string_buffer(struct.pack("=Ii", _VERSION_3, 0))
    nothing = ctypes.create_string_buffer(24)
    checked(LIBC.capset(header, nothing), "capset")
    found = ctypes.create_string_buffer(24)
    checked(LIBC.capget(header, found), "capget")
    if any(found.raw[:24]):
        raise OSError("a capability is left")
