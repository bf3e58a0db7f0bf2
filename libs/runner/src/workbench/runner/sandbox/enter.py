"""Everything together: confine this process as far as the kernel permits, and say what holds and what does not.

Each part stands for itself, so that what one kernel lacks takes nothing from the others: Landlock says which files,
the filter which system calls, the user and the missing capabilities that ordinary rights are of no use, the empty
network that nobody can be reached.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from workbench.runner.sandbox import filters, landlock, owner, rights, view
from workbench.runner.sandbox.calls import LIBC, give_up_new_rights
from workbench.runner.sandbox.paths import Paths, node_groups

_NEW_USERS, _NEW_NETWORK = 0x10000000, 0x40000000
_FAULTS = (OSError, ValueError, OverflowError)


@dataclass
class Confinement:
    """What holds for one core. ``missing``: a sentence for each part that does not; with none, all of it holds.

    files: Landlock's version. user: the number of the run's own. network: by which means it is empty.
    """

    files: int | None = None
    system_calls: bool = False
    capabilities: bool = False
    user: int | None = None
    network: tuple[str, ...] = ()
    missing: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """As it is kept with the run."""
        return {"complete": not self.missing, **asdict(self)}


def enter(paths: Paths, run: str) -> Confinement:
    """Confine this process, which has one thread, and all it will start. ``run``: what its user follows from."""
    made = Confinement()
    own_mounts = _namespaces(made)
    user, groups = _user(made, paths, run, own_mounts), node_groups(paths.nodes)
    ruleset = _ruleset(made, paths)  # while everything can still be opened
    rights.bound()
    if user is not None and _hold(made, "user", lambda: rights.become(user, groups)):
        made.user = user
    made.capabilities = _hold(made, "capabilities", rights.drop)
    _hold(made, "new rights", give_up_new_rights)
    if ruleset is not None and not _hold(made, "files", ruleset.enter):
        made.files = None
    made.system_calls = _hold(made, "system calls", lambda: filters.enter(made.files or 0, made.user is not None))
    if made.system_calls:
        made.network += ("no sockets",)
    if not made.network:
        made.missing.append("network: no namespace of its own is permitted here")
    return made


def _namespaces(made: Confinement) -> bool:
    """An empty network where that is permitted; whether mounts of its own are permitted, too."""
    own_mounts = os.geteuid() == 0 and LIBC.unshare(_NEW_NETWORK | view.NEW_MOUNTS) == 0
    if own_mounts or LIBC.unshare(_NEW_NETWORK) == 0 or _as_an_unprivileged_user():
        made.network += ("namespace",)
    return own_mounts


def _as_an_unprivileged_user() -> bool:
    uid, gid = os.getuid(), os.getgid()
    # Not as root: there would be no other user left to become.
    if uid == 0 or LIBC.unshare(_NEW_USERS | _NEW_NETWORK) != 0:
        return False
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        # Without a map files still get the right owner; the core only sees itself as "nobody".
        with suppress(OSError):
            Path(f"/proc/self/{name}").write_text(text)
    return True


def _user(made: Confinement, paths: Paths, run: str, own_mounts: bool) -> int | None:
    """Of the run's own, where we are root and it could reach what it needs; its files are its own then."""
    if os.geteuid() != 0:
        return None
    user = rights.user_of(run)
    if user is None:
        made.missing.append("user: the workbench is root, and this container has no other user ids")
        return None
    if own_mounts:
        if not _hold(made, "user", lambda: view.make(paths.needed)):
            return None
    elif closed := next((folder for path in paths.needed if (folder := view.closed(path))), None):
        made.missing.append(f"user: the workbench is root, and only its user may enter {closed}")
        return None
    if kept := next((path for path in paths.code if not view.open_to_all(path)), None):
        made.missing.append(f"user: the workbench is root, and only its user may read {kept}")
        return None
    return user if _hold(made, "user", lambda: owner.hand_over(paths.folder, user)) else None


def _ruleset(made: Confinement, paths: Paths) -> landlock.Ruleset | None:
    try:
        made.files = landlock.version()
        ruleset = landlock.Ruleset(made.files)
        ruleset.allow(landlock.RUN, paths.code)
        ruleset.allow(landlock.LOOK, (*paths.facts, *paths.read))
        ruleset.allow(landlock.KEEP, paths.written)
        ruleset.allow(landlock.DEVICE, (*paths.harmless, *paths.nodes))
    except OSError as error:
        made.files = None
        made.missing.append(
            f"files: this kernel offers no Landlock ({error.strerror}); it takes Linux 5.13 or later, "
            "and landlock among what the boot option lsm= names"
        )
        return None
    return ruleset


def _hold(made: Confinement, part: str, apply: Callable[[], object]) -> bool:
    """Whether it could be applied; if not, that is said."""
    try:
        apply()
    except _FAULTS as error:
        made.missing.append(f"{part}: {error}")
        return False
    return True
