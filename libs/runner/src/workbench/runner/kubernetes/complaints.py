"""What the cluster complains about Kubernetes Jobs, such as that it may not make their pods.

A server has no index of its events: for one answer it reads all that it keeps, tens of thousands in a large cluster. So
they are asked for all Jobs at once, and now and then.
"""

from __future__ import annotations

import threading
import time

from workbench.runner.kubernetes.api import Cluster, Object
from workbench.runner.kubernetes.fields import text

AGAIN_S = 10.0


class Complaints:
    """Thread-safe."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._by_job: dict[str, list[Object]] = {}
        self._asked_at = -AGAIN_S
        self._lock = threading.Lock()

    def of(self, job: str) -> list[Object]:
        """The Warnings about the Kubernetes Job of this name, as of some seconds ago. Raises PlaceAway."""
        with self._lock:
            if time.monotonic() - self._asked_at >= AGAIN_S:
                found: dict[str, list[Object]] = {}
                for event in self._cluster.warnings("Job"):
                    found.setdefault(text(event, "involvedObject", "name"), []).append(event)
                self._by_job, self._asked_at = found, time.monotonic()
            return self._by_job.get(job, [])
