"""The worker of a cluster: many jobs under way, none of which has a thread; only what changes is looked at.

Rows say what is wanted, the cluster what there is. Each job that is held moves by steps: *begin* (plan it, see that it
has a run), *look* (its pod has changed), *stop* (somebody asked for that). A step may be repeated at any line: whoever
claims the job after us does just that. One question to the database a second finds cancelled and lost jobs.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import structlog
from structlog.contextvars import bound_contextvars
from workbench.jobs.job import Job
from workbench.jobs.pods.capacity import Capacity, Told
from workbench.jobs.pods.dispatching import Dispatching
from workbench.jobs.pods.holding import SCAN_S, Held, Holdings
from workbench.jobs.working import lease, metrics
from workbench.jobs.working.execution import AWAY, AWAY_PAUSES_S, PLACE_AWAY
from workbench.jobs.working.slots import Slots
from workbench.jobs.working.worker import Worker, surely

log = structlog.get_logger()
STEPS = 8  # at once, and as many beginnings, which would else wait behind ends: each waits for servers most of its time
STANDING_S = 1.0
LOOK_AGAIN_S = 30.0  # though nothing seems to have changed
STOP_AGAIN_S = 1.0
SWEEP_S = 60.0
COUNT_S = 5.0
DEAF_S = 0.05  # after a bell


class Dispatcher(Worker):
    """Carries out up to ``slots`` jobs of one service and target at a time, somewhere else.

    told: hears every few seconds of the targets there, how many of each are free.
    """

    claims = 16

    def __init__(
        self, dispatching: Dispatching, *, slots: int, lease_s: float = 15.0, told: Told | None = None
    ) -> None:
        super().__init__(dispatching, slots=slots, lease_s=lease_s)
        measuring = any(kind.measures for kind in dispatching.kinds.values())
        self._capacity = Capacity(dispatching.launcher, told, measuring=measuring)
        self._dispatching = dispatching
        self._holdings = Holdings()
        self._mutex = threading.Lock()
        self._wake, self._rung = threading.Event(), threading.Event()
        self._claim_at = 0.0
        self._fresh = 0  # claimed, and not looked at by anybody yet
        self._beginnings, self._steps = (
            ThreadPoolExecutor(STEPS, thread_name_prefix=f"{self.record.service}-{what}") for what in ("begin", "step")
        )

    def run(self, stop: threading.Event) -> None:
        """See Worker.run: what is under way goes on in the cluster, and the next dispatcher adopts it."""
        for target in (self._hear, self._watch, self._sweep):
            threading.Thread(target=target, args=(stop,), daemon=True).start()
        super().run(stop)
        for pool in (self._beginnings, self._steps):
            pool.shutdown(wait=False, cancel_futures=True)

    def _take(self) -> bool:
        """Only after a bell, or a slot that was wanted, or a while: a pod that changes makes no job to claim.

        And no more than can be begun at once: what waits here for that is kept from others, and its claim is an
        attempt until it has a run.
        """
        now = time.monotonic()
        if self._fresh >= self.claims or (not self._rung.is_set() and now < self._claim_at):
            return False
        self._rung.clear()
        self._claim_at = now + SCAN_S
        taken = super()._take()
        if taken:
            self._rung.set()  # there may be more
            self._work_off()
        return taken

    def _begin(self, job: Job) -> None:
        """A job that was claimed is held from now on."""
        held = Held(job, due=0.0, busy=True)
        brings = self._dispatching.brings(job)
        self._holdings.add(held)
        with self._mutex:
            self._fresh += not brings
        if brings:
            self._bring(held)
        else:
            self._beginnings.submit(self._first_step, held)

    def _bring(self, held: Held) -> None:
        """What takes as long as a download has a thread of its own, and keeps nobody waiting."""
        threading.Thread(target=self._step, args=(held,), daemon=True).start()

    def _first_step(self, held: Held) -> None:
        try:
            self._step(held)
        finally:
            with self._mutex:
                self._fresh -= 1
            self._wake.set()

    def _submit(self, held: Held) -> None:
        if held.begun_at is None and self._dispatching.brings(held.job):
            self._bring(held)
            return
        pool = self._beginnings if held.begun_at is None else self._steps
        pool.submit(self._step, held)

    def _slots(self) -> Slots:
        return replace(super()._slots(), limit=self._capacity.limit)

    def _pause(self, _since: int) -> None:
        """Nothing to claim: do what is due, until something happens."""
        self._work_off()
        self._wake.wait(min(self._poll_s, SCAN_S))
        self._wake.clear()

    def _work_off(self) -> None:
        for held in self._holdings.due():
            self._submit(held)

    def _step(self, held: Held) -> None:
        """One step of one job; afterwards it is over, or due again."""
        job, stopping = held.job, held.stopping
        again_s = STOP_AGAIN_S if stopping else LOOK_AGAIN_S
        going_on: Job | None = None
        try:
            with bound_contextvars(job=job.id, request_id=job.request_id):
                going_on = self._act(held, stopping)
            held.tries = 0
            again_s = min(again_s, held.quiet_s or again_s)
        except lease.LeaseLost:
            self._lose(held)
            return
        except AWAY as away:
            log.warning("job.waits_for_server", job=job.id, reason=str(away)[:300])
            again_s = AWAY_PAUSES_S[min(held.tries, len(AWAY_PAUSES_S) - 1)]
            held.tries += 1
            going_on = replace(job, waiting_for=PLACE_AWAY)  # or another server: the row says more than we know
        except Exception:  # the record could not be written: the lease runs out and another goes on
            log.exception("job.abandoned", job=job.id)
        if going_on is None:
            self._release(held)
            return
        self._holdings.go_on(held, going_on, again_s, stopping=stopping)
        self._wake.set()

    def _act(self, held: Held, stopping: bool) -> Job | None:
        if stopping:
            return self._dispatching.stop(held.job)
        if held.begun_at is not None:
            return self._dispatching.look(held.job, telling=not held.quiet_s)
        begun = self._dispatching.begin(held.job, claimed=held.tries == 0)
        held.begun_at = time.monotonic()
        return begun

    def _lose(self, held: Held) -> None:
        log.info("job.lease_lost", job=held.job.id, fence=held.job.fence)
        metrics.LEASE_LOSSES.labels(held.job.kind).inc()
        self._release(held)

    def _release(self, held: Held) -> None:
        self._holdings.remove(held)
        wanted = self._capacity.limit(held.job.target) is not None or held.job.target in self._slots().full()
        self._done(held.job)
        if wanted:
            self._rung.set()
        self._wake.set()

    def _ask_standing(self) -> None:
        """What was lost is let go of, what was cancelled is stopped."""
        ours = self._holdings.all()
        cancelled = lease.standing(self.record, [held.job for held in ours])
        for held in self._holdings.stand(ours, cancelled):
            self._lose(held)
        self._wake.set()

    def _hear(self, stop: threading.Event) -> None:
        """Bells wake us; once a second we ask how our jobs stand."""
        messages, bell, asked = self.record.messages, self.record.bell, 0.0
        while not stop.is_set():
            if messages.wait(bell, messages.heard(bell), STANDING_S):
                self._rung.set()
                self._wake.set()
                stop.wait(DEAF_S)  # they may ring a hundred times a second
            if time.monotonic() - asked >= STANDING_S:
                asked = time.monotonic()
                surely(self._ask_standing)

    def _watch(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self._dispatching.launcher.watch(self._note)
                return
            except AWAY as away:
                log.warning("watch.waits", reason=str(away)[:300])
                stop.wait(3.0)

    def _note(self, name: str) -> None:
        self._holdings.note(name)
        self._wake.set()

    def _sweep(self, stop: threading.Event) -> None:
        """Now and then; and what the cluster has is counted more often."""
        swept = time.monotonic()
        surely(self._capacity.count)
        while not stop.wait(COUNT_S):
            surely(self._capacity.count)
            if time.monotonic() - swept > SWEEP_S:
                swept = time.monotonic()
                surely(self._dispatching.sweep)
