"""The worker of a cluster: many jobs under way, none of which has a thread; only what changes is looked at.

Rows say what is wanted, the cluster what there is. Each job that is held moves by steps: *begin* (plan it, see that it
has a run), *look* (its pod has changed), *stop* (somebody asked for that). A step may be repeated at any line: whoever
claims the job after us does just that. One question to the database a second finds cancelled and lost jobs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import structlog
from structlog.contextvars import bound_contextvars
from workbench.jobs import lease, metrics
from workbench.jobs.dispatching import Dispatching, Place
from workbench.jobs.execution import AWAY, AWAY_PAUSES_S
from workbench.jobs.job import Job
from workbench.jobs.worker import Worker, surely

log = structlog.get_logger()
STEPS = 8  # at once: each waits for servers most of its time
STANDING_S = 1.0
LOOK_AGAIN_S = 30.0  # though nothing seems to have changed
SWEEP_S = 60.0
MEANWHILE_S = 5.0
SCAN_S = 0.25

Meanwhile = Callable[[Place], None]


@dataclass
class _Held:
    """One job of ours. ``due``: when to look at it again; ``busy``: a step of it is under way."""

    job: Job
    due: float
    started: bool = False
    busy: bool = False
    stopping: bool = False
    tries: int = 0


class Dispatcher(Worker):
    """Carries out up to ``slots`` jobs of one service at a time, somewhere else.

    meanwhile: what else is done every few seconds with the place where they run.
    """

    def __init__(
        self, dispatching: Dispatching, *, slots: int, lease_s: float = 15.0, meanwhile: Meanwhile | None = None
    ) -> None:
        super().__init__(dispatching, slots=slots, lease_s=lease_s)
        self._meanwhile = meanwhile
        self._dispatching = dispatching
        # By id and fence, as in Worker: what was lost, or is tried again, may be claimed before we have let go of it.
        self._jobs: dict[tuple[str, int], _Held] = {}
        self._changed: set[str] = set()
        self._mutex = threading.Lock()
        self._wake = threading.Event()
        self._scan_at = 0.0
        self._pool = ThreadPoolExecutor(STEPS, thread_name_prefix=f"{self.record.service}-step")

    def run(self, stop: threading.Event) -> None:
        """See Worker.run: what is under way goes on in the cluster, and the next dispatcher adopts it."""
        for target in (self._hear, self._watch, self._sweep):
            threading.Thread(target=target, args=(stop,), daemon=True).start()
        super().run(stop)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _begin(self, job: Job) -> None:
        """A job that was claimed is held from now on."""
        held = _Held(job, due=0.0, busy=True)
        with self._mutex:
            self._jobs[job.id, job.fence] = held
        self._pool.submit(self._step, held)
        self._work_off()

    def _pause(self, _since: int) -> None:
        """Nothing to claim: do what is due, until something happens."""
        self._work_off()
        self._wake.wait(min(self._poll_s, SCAN_S))
        self._wake.clear()

    def _work_off(self) -> None:
        for held in self._due():
            self._pool.submit(self._step, held)

    def _due(self) -> list[_Held]:
        """What has changed, and now and then all that is due, each busy from now on."""
        now = time.monotonic()
        with self._mutex:
            scanning = now >= self._scan_at
            self._scan_at = now + SCAN_S if scanning else self._scan_at
            found = [held for held in self._jobs.values()
                     if held.job.id in self._changed or (scanning and held.due <= now)]  # fmt: skip
            self._changed &= {held.job.id for held in found if held.busy}
            free = [held for held in found if not held.busy]
            for held in free:
                held.busy = True
            return free

    def _step(self, held: _Held) -> None:
        """One step of one job; afterwards it is over, or due again."""
        job, stopping = held.job, held.stopping
        again_s: float | None = LOOK_AGAIN_S
        try:
            with bound_contextvars(job=job.id, request_id=job.request_id):
                if self._action(held, stopping)(job):
                    again_s = None
            held.started, held.tries = True, 0
        except lease.LeaseLost:
            self._lose(held)
            return
        except AWAY as away:
            log.warning("job.waits_for_server", job=job.id, reason=str(away)[:300])
            again_s = AWAY_PAUSES_S[min(held.tries, len(AWAY_PAUSES_S) - 1)]
            held.tries += 1
        except Exception:  # the record could not be written: the lease runs out and another goes on
            log.exception("job.abandoned", job=job.id)
            again_s = None
        if again_s is None:
            self._release(held)
            return
        with self._mutex:  # somebody may have asked for an end meanwhile
            held.due = time.monotonic() + again_s if held.stopping == stopping else 0.0
            held.busy = False
        self._wake.set()

    def _action(self, held: _Held, stopping: bool) -> Callable[[Job], bool]:
        if stopping:
            return self._dispatching.stop
        return self._dispatching.look if held.started else self._dispatching.begin

    def _lose(self, held: _Held) -> None:
        log.info("job.lease_lost", job=held.job.id, fence=held.job.fence)
        metrics.LEASE_LOSSES.labels(held.job.kind).inc()
        self._release(held)

    def _release(self, held: _Held) -> None:
        with self._mutex:
            del self._jobs[held.job.id, held.job.fence]
        self._done(held.job)
        self._wake.set()

    def _ask_standing(self) -> None:
        """What was lost is let go of, what was cancelled is stopped."""
        with self._mutex:
            ours = dict(self._jobs)
        states = lease.standing(self.record, [held.job for held in ours.values()])
        for key, held in ours.items():
            with self._mutex:
                lost = key not in states and not held.busy
                held.busy = held.busy or lost  # nobody else may take it up, or let go of it
                if states.get(key) and not held.stopping:
                    held.stopping, held.due = True, 0.0
            if lost:
                self._lose(held)
        self._wake.set()

    def _hear(self, stop: threading.Event) -> None:
        """Bells wake us; once a second we ask how our jobs stand."""
        messages, bell, asked = self.record.messages, self.record.bell, 0.0
        while not stop.is_set():
            if messages.wait(bell, messages.heard(bell), STANDING_S):
                self._wake.set()
                stop.wait(0.05)  # they may ring a hundred times a second
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
        with self._mutex:
            self._changed.add(name)
        self._wake.set()

    def _sweep(self, stop: threading.Event) -> None:
        """Now and then; and what is to be done beside, more often."""
        swept = time.monotonic()
        while not stop.wait(MEANWHILE_S):
            if self._meanwhile is not None:
                surely(partial(self._meanwhile, self._dispatching.launcher))
            if time.monotonic() - swept > SWEEP_S:
                swept = time.monotonic()
                surely(self._dispatching.sweep)
