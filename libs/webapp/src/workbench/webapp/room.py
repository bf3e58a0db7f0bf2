"""How much a team stores, how much it may, and the refusal of what would be too much.

Declared uploads count as if all of them had arrived, deleted things as if their files were collected already: what
a person does to make room helps at once. What a pipeline's own steps make is not refused half-way: the request that
began it was.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace

from workbench.problems import Problem
from workbench.store import Manifest, ObjectInfo, ObjectMissing, Store
from workbench.webapp.teams import read_team
from workbench.webapp.upload_state import BEFORE

CACHE_S = 60.0


@dataclass(eq=False)
class StorageLimit(Problem):
    """The team stores as much as it may.

    Remedy: delete models, datasets or packages that are not needed any more (`workbench <resource> rm ID`), abandon
    uploads that will not be completed, or ask the operator for more room.
    """

    status = 507
    title = "The team's storage limit is reached"
    used_bytes: int
    limit_bytes: int
    needed_bytes: int

    @property
    def detail(self) -> str:
        """What is used, what there is, what was asked for."""
        asked = f"; this needs {_mib(self.needed_bytes)} more" if self.needed_bytes else ""
        return f"The team uses {_mib(self.used_bytes)} of {_mib(self.limit_bytes)}{asked}."


@dataclass(frozen=True)
class Usage:
    """``limit_bytes`` 0: none."""

    used_bytes: int
    limit_bytes: int
    measured_at: float


class Room:
    """What each team uses, measured at most every CACHE_S seconds and process. Thread-safe.

    Between measurements this process adds what it has let in; so several processes together may let in more than
    there is room for, for that long.
    """

    def __init__(self, store: Store, default_limit_bytes: int) -> None:
        self._store = store
        self._default = default_limit_bytes
        self._known: dict[str, Usage] = {}
        self._listed: dict[str, frozenset[str]] = {}  # by a manifest's key, for ever: it does not change
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)

    def usage(self, team: str) -> Usage:
        """Now, or not long ago."""
        with self._locks[team]:
            return self._usage(team)

    def require(self, team: str, more_bytes: int = 0) -> None:
        """Let so much in. Raises StorageLimit."""
        with self._locks[team]:
            usage = self._usage(team)
            if usage.limit_bytes and not _fits(usage, more_bytes):
                usage = self._usage(team, again=True)
                if not _fits(usage, more_bytes):
                    raise StorageLimit(usage.used_bytes, usage.limit_bytes, more_bytes)
            self._known[team] = replace(usage, used_bytes=usage.used_bytes + more_bytes)

    def _usage(self, team: str, *, again: bool = False) -> Usage:
        usage = self._known.get(team)
        if usage is None or again or time.monotonic() - usage.measured_at > CACHE_S:
            limit = self._limit(team)
            used = self._measured(team) if limit else 0
            self._known[team] = usage = Usage(used, limit, time.monotonic())
        return usage

    def _limit(self, team: str) -> int:
        found = read_team(self._store, team)
        return self._default if found is None or found.storage_limit_bytes is None else found.storage_limit_bytes

    def _measured(self, team: str) -> int:
        contents = _Contents()
        for info in self._store.list(f"teams/{team}/"):
            contents.note(info)
        declared = {upload: _declared(self._store, key) for upload, key in contents.declared.items()}
        arrived = contents.uploads
        uploads = sum(max(arrived[upload], declared.get(upload, 0)) for upload in {*arrived, *declared})
        deleted = self._deleted(contents) if contents.tombstones else set()
        return contents.other + uploads + sum(size for sha, size in contents.blobs.items() if sha not in deleted)

    def _deleted(self, contents: _Contents) -> set[str]:
        """Blobs that only deleted things list."""
        live: set[str] = set()
        dead: set[str] = set()
        for thing, key in contents.manifests:
            if key not in self._listed:
                files = Manifest.parse(self._store.get(key)).files
                self._listed[key] = frozenset(file.sha256 for file in files)
            (dead if thing in contents.tombstones else live).update(self._listed[key])
        return dead - live


@dataclass
class _Contents:
    """Of one team: sizes by digest and by upload, the sum of all else."""

    blobs: dict[str, int] = field(default_factory=dict)
    uploads: Counter[str] = field(default_factory=Counter)
    declared: dict[str, str] = field(default_factory=dict)  # the key of what was declared, by upload
    manifests: list[tuple[str, str]] = field(default_factory=list)
    tombstones: set[str] = field(default_factory=set)
    other: int = 0

    def note(self, info: ObjectInfo) -> None:
        _, _, place, *rest = info.key.split("/")
        if place == "blobs":
            self.blobs[rest[-1]] = info.size_bytes
            return
        if place == "uploads":
            self.uploads[rest[0]] += info.size_bytes
            if rest[1:] == [BEFORE]:
                self.declared[rest[0]] = info.key
            return
        if place == "declared":
            self.declared[rest[-1].removesuffix(".json")] = info.key
        if place == "manifests":
            self.manifests.append((rest[-1].removesuffix(".json"), info.key))
        elif place == "tombstones":
            self.tombstones.add(rest[0])
        self.other += info.size_bytes


def _fits(usage: Usage, more_bytes: int) -> bool:
    """Something more must fit, if only a little: who is at the limit submits nothing."""
    return usage.used_bytes + max(more_bytes, 1) <= usage.limit_bytes


def _declared(store: Store, key: str) -> int:
    try:
        document = json.loads(store.get(key))
    except ObjectMissing:  # completed meanwhile
        return 0
    return sum(file["size_bytes"] for file in document["files"])


def _mib(size_bytes: int) -> str:
    return f"{size_bytes / 2**20:,.1f} MiB"
