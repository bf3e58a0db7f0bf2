"""What happens to Kubernetes Jobs and pods, by one watch of each; and the end of every pod, a while after it runs.

A run of ours says its words to the real desk first, as its agent would: begin, one part of outputs, end. A bare pod
says nothing. Both then become Succeeded by the same request.
"""

from __future__ import annotations

import hashlib
import heapq
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import urllib3
from kubernetes import client
from workbench.jobs import Desk
from workbench.jobs.pods.desk import Caller
from workbench.jobs.problems import RunGone
from workbench.runner.kubernetes.api import Cluster, Object
from workbench.runner.launcher import PlaceAway
from workbench.store import Part

from scaling import work
from scaling.nodes import api_client

_ALL = "app.kubernetes.io/component=runner"
_ENDED = {
    "phase": "Succeeded",
    "containerStatuses": [
        {
            "name": "runner",
            "image": "runner",
            "imageID": "",
            "ready": False,
            "restartCount": 0,
            "state": {"terminated": {"exitCode": 0, "reason": "Completed"}},
        }
    ],
}


class Pods:
    """``created`` and ``running`` are the first times by job; ``faults`` counts what went wrong on the pods' side."""

    def __init__(self, kubeconfig: Path, desk: Desk, seconds: float) -> None:
        self._core, self._desk, self._seconds = client.CoreV1Api(api_client(kubeconfig)), desk, seconds
        self.created: dict[str, float] = {}
        self.running: dict[str, float] = {}
        self.succeeded: set[str] = set()
        self.faults = 0
        self._closed = False
        self._begun: set[str] = set()
        self._due: list[tuple[float, str, Object]] = []
        self._due_changed = threading.Condition()
        self._pool = ThreadPoolExecutor(8, thread_name_prefix="pods")
        self._outputs, self._http = work.outputs(), urllib3.PoolManager(maxsize=8)

    def start(self) -> None:
        """From now on."""
        listening = {"jobs": self._on_job, "pods": self._on_pod}
        for kind, heard in listening.items():
            cluster = Cluster("default")
            version = cluster.list_kind(kind, _ALL)[1]
            threading.Thread(target=self._follow, args=(cluster, kind, version, heard), daemon=True).start()
        threading.Thread(target=self._end_what_is_due, daemon=True).start()

    def close(self) -> None:
        """Look at nothing more."""
        self._closed = True

    def _follow(self, cluster: Cluster, kind: str, version: str, heard: Callable[[Object], None]) -> None:
        while not self._closed:
            try:
                for what, thing in cluster.watch_kind(kind, _ALL, version):
                    version = thing["metadata"]["resourceVersion"]
                    if what in ("ADDED", "MODIFIED"):
                        heard(thing)
            except PlaceAway as away:
                if not self._closed:
                    print(f"  the watch of {kind} broke: {away}")
                    time.sleep(1.0)

    def _on_job(self, job: Object) -> None:
        self.created.setdefault(_job(job), time.time())

    def _on_pod(self, pod: Object) -> None:
        name, phase = pod["metadata"]["name"], pod["status"].get("phase")
        if phase == "Succeeded":
            self.succeeded.add(_job(pod))
        if phase != "Running" or name in self._begun:
            return
        self._begun.add(name)
        self.running.setdefault(_job(pod), time.time())
        if pod["metadata"]["labels"]["workbench/service"] != work.BARE:
            self._pool.submit(self._surely, self._begin, pod)
        with self._due_changed:
            heapq.heappush(self._due, (time.monotonic() + self._seconds, name, pod))
            self._due_changed.notify()

    def _end_what_is_due(self) -> None:
        while True:
            with self._due_changed:
                while not self._due or self._due[0][0] > time.monotonic():
                    self._due_changed.wait(0.1 if self._due else None)
                pod = heapq.heappop(self._due)[2]
            self._pool.submit(self._surely, self._end, pod)

    def _surely(self, action: Callable[[Object], None], pod: Object) -> None:
        try:
            action(pod)
        except RunGone:  # its job was given another run meanwhile
            self.faults += 1
        except Exception as error:
            self.faults += 1
            print(f"  a simulated pod failed: {error!r:.300}")

    def _begin(self, pod: Object) -> None:
        self._desk.begin(_caller(pod))

    def _end(self, pod: Object) -> None:
        if pod["metadata"]["labels"]["workbench/service"] != work.BARE:
            caller, size = _caller(pod), len(self._outputs)
            url = self._desk.part_url(caller, 1, size)
            answer = self._http.request("PUT", url, body=self._outputs)
            assert answer.status == 200, answer.data[:300]
            part = Part(1, size, hashlib.md5(self._outputs, usedforsecurity=False).hexdigest())
            self._desk.end(caller, {"reason": "finished", "code": 0, "detail": ""}, [part])
        name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
        self._core.patch_namespaced_pod_status(name, namespace, {"status": _ENDED}, _preload_content=False)


def _job(thing: Object) -> str:
    return str(thing["metadata"]["labels"]["workbench/job"])


def _caller(pod: Object) -> Caller:
    container: dict[str, Any] = pod["spec"]["containers"][0]
    token = next(each["value"] for each in container["env"] if each["name"] == "WORKBENCH_RUN_TOKEN")
    return Caller(token, pod["metadata"]["uid"])
