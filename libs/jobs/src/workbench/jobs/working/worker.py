"""The worker: hear the bell, claim, carry out, keep the leases alive; let go of them when it stops."""

from __future__ import annotations

import itertools
import os
import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from functools import partial

import structlog
from structlog.contextvars import bound_contextvars
from workbench.jobs.job import Job
from workbench.jobs.problems import DatabaseAway
from workbench.jobs.record.events import Relay
from workbench.jobs.record.jobs import Jobs
from workbench.jobs.working import lease, metrics
from workbench.jobs.working.claim import claim_some
from workbench.jobs.working.execution import Execution
from workbench.jobs.working.slots import Slots

log = structlog.get_logger()
GOODBYE_S = 5.0
WATCH_ROUNDS = 12  # of them, until it is looked at what came to signed URLs
PUBLISH_S = 5.0  # between looks at whether a team's total is news to the other services


class Worker:
    """Carries out up to ``slots`` jobs of one service and target at a time."""

    claims = 1  # at most, in one transaction

    def __init__(self, execution: Execution, *, slots: int, lease_s: float = 15.0, poll_s: float = 1.0) -> None:
        self._execution = execution
        self._record = execution.record
        self._of_each = slots
        self._lease_s = lease_s
        self._poll_s = poll_s
        # By id and fence: a job that is tried again may be claimed before its last attempt's thread has ended.
        self._held: dict[tuple[str, int], Job] = {}
        self._threads: dict[tuple[str, int], threading.Thread] = {}
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"

    @property
    def record(self) -> Jobs:
        """The jobs it works on."""
        return self._record

    def run(self, stop: threading.Event) -> None:
        """Until ``stop``; then what is still running is left to the next worker, which adopts it."""
        relay = Relay(self._record.engine, self._record.messages, self._record.service)
        along = (self._renew_until, self._publish_until, relay.run)
        beside = [threading.Thread(target=run, args=(stop,), daemon=True) for run in along]
        for thread in beside:
            thread.start()
        surely(self._execution.sweep)
        while not stop.is_set():
            since = self._record.messages.heard(self._record.bell)
            if not self._take():
                self._pause(since)
        self._let_go()
        self._record.ring()  # the relay may be waiting for its bell
        for thread in beside:
            thread.join(GOODBYE_S)

    def _take(self) -> bool:
        """Claim and begin what there are slots for."""
        claimed = self._claim()
        for job in claimed:
            self._held[job.id, job.fence] = job
        for job in claimed:
            metrics.claimed(job)
            self._begin(job)
        return bool(claimed)

    def _slots(self) -> Slots:
        held = dict(self._held)
        lines = Counter((job.team, job.target) for job in held.values())
        return Slots(self._of_each, lines, holding=frozenset(held))

    def _claim(self) -> list[Job]:
        kinds, slots = self._execution.kinds, self._slots()
        try:
            return claim_some(self._record, kinds, self._owner, self._lease_s, self.claims, slots)
        except DatabaseAway as error:  # the next round tries again
            log.warning("claim.failed", service=self._record.service, reason=str(error))
        except Exception:
            log.exception("claim.failed", service=self._record.service)
        return []

    def _begin(self, job: Job) -> None:
        """A daemon, so that a process can end while a server that a job waits for is away."""
        name = f"{self._record.service}-{job.id}"
        thread = threading.Thread(target=self._carry_out, args=(job,), name=name, daemon=True)
        self._threads[job.id, job.fence] = thread
        thread.start()

    def _pause(self, _since: int) -> None:
        """There is nothing to claim, or no slot free."""
        self._record.messages.wait(self._record.bell, _since, self._poll_s)

    def _carry_out(self, job: Job) -> None:
        try:
            with bound_contextvars(job=job.id, request_id=job.request_id):
                log.info("job.started", kind=job.kind, team=job.team, attempt=job.attempt, fence=job.fence)
                self._execution.carry_out(job)
        except Exception:  # the record could not be written: the lease runs out and another goes on
            log.exception("job.abandoned", job=job.id)
        finally:
            self._threads.pop((job.id, job.fence), None)
            self._done(job)

    def _done(self, job: Job) -> None:
        """It is not ours any more, whatever has become of it."""
        self._held.pop((job.id, job.fence), None)
        self._record.ring()

    def _renew_until(self, stop: threading.Event) -> None:
        while not stop.wait(self._lease_s / 3):
            surely(lambda: lease.renew(self._record, list(self._held.values()), self._lease_s))

    def _publish_until(self, stop: threading.Event) -> None:
        surely(self._record.storage.begin)
        rounds = itertools.count(1)
        while not stop.wait(PUBLISH_S):
            surely(self._record.storage.publish)
            if next(rounds) % WATCH_ROUNDS == 0:
                surely(self._record.storage.watch_uploads)

    def _let_go(self) -> None:
        for job in list(self._held.values()):
            surely(partial(lease.give_back, self._record, job))
        deadline = time.monotonic() + GOODBYE_S
        for thread in list(self._threads.values()):  # each finds its lease gone, and leaves its run alone
            thread.join(max(0.0, deadline - time.monotonic()))


def surely(action: Callable[[], None]) -> None:
    """Do it; if it fails say so, and go on: a lease that runs out is the safe outcome."""
    try:
        action()
    except lease.LeaseLost:
        pass
    except DatabaseAway as error:
        log.warning("worker.failed", reason=str(error))
    except Exception:
        log.exception("worker.failed")
