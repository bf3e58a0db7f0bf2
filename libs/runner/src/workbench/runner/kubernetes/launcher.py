"""The launcher for a cluster: each run is a Kubernetes Job, told to by its service and judged by what its pod has said.

Nothing is remembered here that the runs' rows and the cluster do not say as well: any launcher finds any run again.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from workbench.runner.kubernetes.api import Cluster, Object, Refused
from workbench.runner.kubernetes.complaints import Complaints
from workbench.runner.kubernetes.explain import lost, overdue, pod_status
from workbench.runner.kubernetes.fields import holds, text
from workbench.runner.kubernetes.nodes import targets_of
from workbench.runner.kubernetes.objects import HOST, kubernetes_job, name_of, selector
from workbench.runner.kubernetes.seen import Seen
from workbench.runner.pools import Pools
from workbench.runner.runs import Runs, Ticket, collected, wait_for_end
from workbench.runner.values import Exit, Launch, Status

log = structlog.get_logger()
STOP_S = 90.0  # a pod has 30 s to end; a kubelet that is busy needs longer to say so
LOOK_S = 1.0
ENDED = ("Complete", "Failed")  # conditions of a Kubernetes Job
KNOWN_S = 20.0  # a pod's last word is in its row, perhaps long before its node says that it has ended
_UNSEEN_S = 10.0  # how long the watch may lag behind what we made
_UNSEEN_GONE = Exit("killed", None, "Somebody deleted the run's Kubernetes Job before it had ended.")


class KubernetesLauncher:
    """Runs of one service. ``url``: where their pods reach that service."""

    def __init__(self, cluster: Cluster, pools: Pools, runs: Runs, service: str, url: str) -> None:
        self._cluster, self._pools, self._runs = cluster, pools, runs
        self._service, self._url = service, url
        self._seen = Seen(cluster, selector(pools, service))
        self._complaints = Complaints(cluster)
        self._made: dict[str, float] = {}
        # By folder; of runs that had not ended when their row was read, and when that was.
        self._known: dict[str, tuple[Ticket, float]] = {}

    def start(self, folder: Path, launch: Launch) -> None:
        """See Launcher.start. Raises PlaceAway; what the cluster can never accept has ended, and check says so."""
        ticket = self._runs.open(folder.name, launch)
        if ticket.exit is not None or ticket.run in self._made:
            return
        try:
            job = kubernetes_job(self._pools, self._service, self._url, folder.name, ticket, launch)
            self._cluster.create_job(job)
        except KeyError:
            self._refuse(folder, ticket, f"There is no target {launch.target!r} any more.")
        except Refused as refused:
            self._refuse(folder, ticket, f"The cluster does not accept the run: {refused}")
        else:
            self._made[ticket.run] = time.monotonic()
            self._know(folder, ticket)

    def check(self, folder: Path) -> Status:
        """See Launcher.check; on the first sight of its end, what the run has left is brought to the folder.

        As long as its pod goes on, what the watch has told answers for it, and its row is read but now and then.
        """
        ticket, read_at = self._known.get(folder.name, (None, 0.0))
        if ticket is not None and time.monotonic() - read_at < KNOWN_S:
            status = self._look(ticket)
            if status.exit is None:
                return status
        return self._check(folder)

    def _check(self, folder: Path) -> Status:
        self._known.pop(folder.name, None)
        ticket = self._runs.current(folder.name)
        if ticket is None:
            return Status("absent")
        if ticket.exit is not None:
            return Status("exited", exit=collected(self._runs, folder, ticket.run, ticket.exit))
        status = self._look(ticket)
        if status.exit is None:
            self._know(folder, ticket)
            return status
        # Its last word may have come just before it ended: the row decides, for everybody.
        self._runs.end(folder.name, ticket.run, status.exit)
        ticket = self._runs.current(folder.name) or ticket
        return Status("exited", exit=collected(self._runs, folder, ticket.run, ticket.exit or status.exit))

    def wait(self, folder: Path, timeout_s: float) -> Status:
        """See Launcher.wait."""
        return wait_for_end(partial(self.check, folder), self._seen.wait, timeout_s, LOOK_S)

    def stop(self, folder: Path) -> None:
        """See Launcher.stop."""
        deadline = time.monotonic() + STOP_S
        while not self.halt(folder):
            if time.monotonic() > deadline:
                raise TimeoutError(f"the pod of {folder.name} does not end")
            self._seen.wait(0.5)

    def halt(self, folder: Path) -> bool:
        """Ask the run to end, without waiting; whether no pod of it is left.

        One on a node that does not answer any more is given up, since it can write nothing.
        """
        self._known.pop(folder.name, None)
        ticket = self._runs.current(folder.name)
        if ticket is None:
            return True
        if ticket.exit is None:
            self._runs.end(folder.name, ticket.run, Exit("stopped", None, "The run was stopped."))
        self._cluster.delete_job(name_of(ticket.run))
        return all(self._given_up(pod) for pod in self._cluster.pods(f"workbench/run={ticket.run}"))

    def forget(self, folder: Path) -> None:
        """See Launcher.forget."""
        self._known.pop(folder.name, None)
        run = self._runs.close(folder.name)
        self._made.pop(run or "", None)
        shutil.rmtree(folder, ignore_errors=True)

    def watch(self, changed: Callable[[str], None]) -> None:
        """From now on tell the name of a run's folder whenever its Kubernetes Job or pod changes. Raises PlaceAway."""
        self._seen.on_change(changed)
        self._seen.start()

    def close(self) -> None:
        """Watch no more; the runs go on."""
        self._seen.close()

    def sweep(self) -> None:
        """Delete Kubernetes Jobs that no run wants: their row comes before them, and goes before them.

        One that has ended is left for people to look at, until its time is over.
        """
        self._seen.start()
        seen = [run for run, job in self._seen.runs().items() if not self._over(run, job)]
        for run in set(seen) - self._runs.known(seen):
            log.info("run.unwanted", run=run)
            self._cluster.delete_job(name_of(run))

    def targets(self) -> list[dict[str, Any]]:
        """The device types as the cluster has them now. A device that a foreign pod holds counts as free."""
        return targets_of(self._pools, self._cluster.nodes(), self._cluster.living_pods())

    def _over(self, run: str, job: Object) -> bool:
        """The Job says so a while after its pod."""
        phase = text(self._seen.of(run)[1], "status", "phase")
        return phase in ("Succeeded", "Failed") or any(holds(job, kind) for kind in ENDED)

    def _know(self, folder: Path, ticket: Ticket) -> None:
        self._known[folder.name] = (ticket, time.monotonic())

    def _refuse(self, folder: Path, ticket: Ticket, why: str) -> None:
        self._runs.end(folder.name, ticket.run, Exit("refused", None, why))

    def _look(self, ticket: Ticket) -> Status:
        self._seen.start()
        job, pod = self._seen.of(ticket.run)
        if job is None and pod is None:
            return self._unseen(ticket)
        if pod is not None and self._given_up(pod):
            node = text(pod, "spec", "nodeName")
            return Status("exited", exit=Exit("node_lost", None, f"The run's node {node} does not answer any more."))
        if pod is not None and _replaced(job, pod):
            return Status("waiting", waiting_for="another pod, since the cluster took its last one away")
        # Most Jobs have their pod within a second.
        late = pod is None and time.monotonic() - self._made.get(ticket.run, 0.0) > _UNSEEN_S
        events = self._complaints.of(name_of(ticket.run)) if late else []
        target = text(job or pod, "metadata", "labels", "workbench/target") or HOST
        return pod_status(job, pod, now=time.time(), target=target, events=events)

    def _unseen(self, ticket: Ticket) -> Status:
        """The watch may not have told yet, so the server is asked."""
        made = self._made.get(ticket.run)
        if made is not None and time.monotonic() - made < _UNSEEN_S:
            return Status("waiting", waiting_for="its pod")
        if self._cluster.job(name_of(ticket.run)) is not None:
            return Status("waiting", waiting_for="its pod")
        return Status("exited", exit=_UNSEEN_GONE)

    def _given_up(self, pod: Object) -> bool:
        if not overdue(pod, now=time.time()):  # so that its node is not asked for
            return False
        node = text(pod, "spec", "nodeName")
        return lost(pod, self._cluster.node(node) if node else None, now=time.time())


def _replaced(job: Object | None, pod: Object) -> bool:
    """Whether the Job makes another pod for one that a drain or a preemption has ended."""
    if job is None or any(holds(job, kind) for kind in (*ENDED, "FailureTarget")):
        return False
    return holds(pod, "DisruptionTarget") is not None and text(pod, "status", "phase") in ("Failed", "Succeeded")
