"""The targets of a cluster as its dispatcher last saw them: one object in the store, which every API reads.

An API may not ask the cluster; the profiler's worker, which places pods, does and announces what it found.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.store import ObjectMissing, Store

KEY = "installation/targets.json"
OLD_S = 120.0  # older than this it says more about the worker than about the nodes
FRESH_S = 2.0

Targets = list[dict[str, Any]]


def announce(store: Store, targets: Sequence[Mapping[str, Any]], now: float) -> None:
    """Replace what was announced before. ``now`` is seconds since the epoch."""
    store.put(KEY, json.dumps({"at": now, "targets": [dict(target) for target in targets]}).encode())


def announced(store: Store, now: float) -> Targets | None:
    """The targets that were announced last; None when that is too long ago, or never was."""
    try:
        document = json.loads(store.get(KEY))
    except ObjectMissing:
        return None
    return list(document["targets"]) if now - document["at"] <= OLD_S else None


class Reader:
    """``announced``, read from the store at most every 2 s by one process."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._targets: Targets | None = None

    def targets(self) -> Targets | None:
        """See ``announced``."""
        now = self._clock()
        with self._lock:
            if not 0 <= now - self._read_at < FRESH_S:
                self._targets, self._read_at = announced(self._store, now), now
            return self._targets
