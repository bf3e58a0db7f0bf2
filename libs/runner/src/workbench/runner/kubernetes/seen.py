"""What there is in the cluster now: the Kubernetes Jobs and pods of a service's runs, by one watch of each.

A watch that ends is begun where it ended. After one that broke, or when the server does not remember so far back (410
Gone), everything is listed again, and what vanished meanwhile counts as changed, too. Of each object only what tells
how its run is doing is kept, and only changes of that are told: a cluster writes each of them a dozen times.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from workbench.runner.kubernetes.api import Cluster, Expired, Object
from workbench.runner.launcher import PlaceAway

log = structlog.get_logger()
KINDS = ("jobs", "pods")
RUN_LABEL, NAME_LABEL = "workbench/run", "workbench/job"
RESYNC_S = 300.0  # everything is listed again this often, whatever the watches said
_PAUSES_S = (0.2, 1.0, 3.0)
# Not what every write changes, and not the pod's template, which is most of a Job.
_ESSENTIAL = {
    "metadata": ("name", "labels", "creationTimestamp", "deletionTimestamp"),
    "spec": ("nodeName", "activeDeadlineSeconds", "containers"),
    "status": ("phase", "reason", "message", "conditions", "containerStatuses", "startTime"),
}
_OF_A_CONTAINER = ("name", "image", "resources")  # not what it is told, which has the run's token


class Seen:
    """Thread-safe. Listeners are told the name (the job) of every object that came, changed or went."""

    def __init__(self, cluster: Cluster, selector: str) -> None:
        self._cluster, self._selector = cluster, selector
        self._objects: dict[str, dict[str, Object]] = {kind: {} for kind in KINDS}
        self._runs: dict[str, dict[str, set[str]]] = {kind: {} for kind in KINDS}
        self._lock = threading.Condition()
        self._listed = {kind: threading.Event() for kind in KINDS}
        self._listeners: list[Callable[[str], None]] = []
        self._version = 0
        self._started = False
        self._closed = threading.Event()

    def start(self) -> None:
        """Begin to look; the first call alone does something. Raises PlaceAway when nothing is to be seen yet."""
        with self._lock:
            if not self._started:
                for kind in KINDS:
                    threading.Thread(target=self._keep, args=(kind,), name=f"watch-{kind}", daemon=True).start()
                self._started = True
        if not all(listed.wait(10.0) for listed in self._listed.values()):
            raise PlaceAway("the cluster's Jobs and pods cannot be listed")

    def close(self) -> None:
        """Look no more; a watch notices with the next thing that happens."""
        self._closed.set()

    def on_change(self, listener: Callable[[str], None]) -> None:
        """Told from a watch's thread: it must not block."""
        if listener not in self._listeners:
            self._listeners.append(listener)

    def of(self, run: str) -> tuple[Object | None, Object | None]:
        """The run's Kubernetes Job, and the newest of its pods."""
        with self._lock:
            jobs, pods = (self._of(kind, run) for kind in KINDS)
        newest = max(pods, key=lambda pod: str(pod["metadata"].get("creationTimestamp")), default=None)
        return (jobs[0] if jobs else None), newest

    def runs(self) -> dict[str, Object]:
        """Every Kubernetes Job there is, by its run."""
        with self._lock:
            return {str(_run(job)): job for job in self._objects["jobs"].values()}

    def wait(self, timeout_s: float) -> None:
        """Until something changes."""
        with self._lock:
            version = self._version
            self._lock.wait_for(lambda: self._version != version, timeout_s)

    def _of(self, kind: str, run: str) -> list[Object]:
        return [self._objects[kind][name] for name in self._runs[kind].get(run, ())]

    def _keep(self, kind: str) -> None:
        """Until it is closed."""
        faults = 0
        while not self._closed.is_set():
            try:
                self._watch(kind)
                faults = 0
            except Expired:
                faults = 0
            except PlaceAway as away:
                log.warning("watch.broken", kind=kind, reason=str(away)[:300])
            except Exception:
                log.exception("watch.failed", kind=kind)
            self._closed.wait(_PAUSES_S[min(faults, len(_PAUSES_S) - 1)])
            faults += 1

    def _watch(self, kind: str) -> None:
        """List everything, then follow; returns when it is time to list again."""
        found, version = self._cluster.list_kind(kind, self._selector)
        self._replace(kind, found)
        self._listed[kind].set()
        until = time.monotonic() + RESYNC_S
        while time.monotonic() < until and not self._closed.is_set():
            for what, thing in self._cluster.watch_kind(kind, self._selector, version):
                if self._closed.is_set():
                    return
                version = thing["metadata"]["resourceVersion"]
                if what != "BOOKMARK":
                    self._note(kind, what, thing)

    def _replace(self, kind: str, found: list[Object]) -> None:
        with self._lock:
            before = self._objects[kind]
            self._objects[kind], self._runs[kind] = {}, {}
            for thing in found:
                self._put(kind, thing)
            names = before.keys() | self._objects[kind].keys()
            changed = [(before.get(name), self._objects[kind].get(name)) for name in names]
        self._tell({_name(new or old or {}) for old, new in changed if old != new})

    def _note(self, kind: str, what: str, thing: Object) -> None:
        with self._lock:
            name = thing["metadata"]["name"]
            before = self._objects[kind].get(name)
            if what == "DELETED":
                self._objects[kind].pop(name, None)
                same = self._runs[kind].get(str(_run(thing)), set())
                same.discard(name)
                if not same:
                    self._runs[kind].pop(str(_run(thing)), None)
            else:
                self._put(kind, thing)
            changed = before != self._objects[kind].get(name)
        if changed:
            self._tell({_name(thing)})

    def _put(self, kind: str, thing: Object) -> None:
        name = thing["metadata"]["name"]
        self._objects[kind][name] = _essence(thing)
        self._runs[kind].setdefault(str(_run(thing)), set()).add(name)

    def _tell(self, names: set[str]) -> None:
        with self._lock:
            self._version += 1
            self._lock.notify_all()
        for name in names:
            for listener in self._listeners:
                with contextlib.suppress(Exception):
                    listener(name)


def _run(thing: Mapping[str, Any]) -> str | None:
    return thing.get("metadata", {}).get("labels", {}).get(RUN_LABEL)


def _name(thing: Mapping[str, Any]) -> str:
    return str(thing.get("metadata", {}).get("labels", {}).get(NAME_LABEL))


def _essence(thing: Object) -> Object:
    kept = {part: _only(thing[part], names) for part, names in _ESSENTIAL.items() if part in thing}
    if "containers" in kept.get("spec", {}):
        kept["spec"]["containers"] = [_only(each, _OF_A_CONTAINER) for each in kept["spec"]["containers"]]
    return kept


def _only(thing: Object, names: tuple[str, ...]) -> Object:
    return {name: thing[name] for name in names if name in thing}
