"""What the cluster says about measurements: when each pod's container ran, and where."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from cluster.lab.cluster import Cluster

RUNS = "default-runners"


@dataclass(frozen=True)
class Span:
    """One container's life, in seconds since the epoch."""

    node: str
    pod: str
    began: float
    ended: float


class Pods:
    """Every measuring pod that came while this looked, as it was last seen; pods go, their times must not."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._seen: dict[str, dict[str, Any]] = {}
        self._before: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Pods:
        self._before = set(self._there())
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)

    def spans(self) -> list[Span]:
        """Of the containers that ran and ended."""
        return sorted(filter(None, map(_span, self._seen.values())), key=lambda span: (span.node, span.began))

    def _look(self) -> None:
        while not self._stop.wait(0.3):
            with contextlib.suppress(RuntimeError):  # the API server is away
                self._seen |= {uid: pod for uid, pod in self._there().items() if uid not in self._before}

    def _there(self) -> dict[str, dict[str, Any]]:
        found = self._cluster.get("pods", "-n", RUNS, "-l", "workbench/measuring=true")["items"]
        return {pod["metadata"]["uid"]: pod for pod in found}


def overlaps(spans: list[Span]) -> list[tuple[Span, Span]]:
    """Neighbours on one node of which the second began before the first had ended; times are whole seconds."""
    return [(one, two) for one, two in pairwise(spans) if one.node == two.node and two.began < one.ended]


def _span(pod: dict[str, Any]) -> Span | None:
    for container in pod["status"].get("containerStatuses", ()):
        ended = container["state"].get("terminated")
        if ended and ended.get("startedAt"):
            began, over = (_seconds(ended[name]) for name in ("startedAt", "finishedAt"))
            return Span(pod["spec"]["nodeName"], pod["metadata"]["name"], began, over)
    return None


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
