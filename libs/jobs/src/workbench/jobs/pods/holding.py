"""The jobs that a dispatcher holds, none of which has a thread: which of them is to be looked at next. Thread-safe."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workbench.jobs.job import Job

SCAN_S = 0.25
QUIET_S = 2.0  # a run that begins sooner never says what it waited for


@dataclass(eq=False)
class Held:
    """One job of ours, as we know it. ``due``: when to look at it again; ``busy``: a step of it is under way."""

    job: Job
    due: float
    begun_at: float | None = None
    busy: bool = False
    stopping: bool = False
    tries: int = 0

    @property
    def quiet_s(self) -> float:
        """For how long nobody is told yet what it waits for."""
        return max(0.0, (self.begun_at or 0.0) + QUIET_S - time.monotonic())


class Holdings:
    """All that are held."""

    def __init__(self) -> None:
        # Several of one id: what was lost, or is tried again, may be claimed before we have let go of it.
        self._jobs: dict[str, list[Held]] = {}
        self._changed: set[str] = set()
        self._mutex = threading.Lock()
        self._scan_at = 0.0

    def add(self, held: Held) -> None:
        """One more."""
        with self._mutex:
            self._jobs.setdefault(held.job.id, []).append(held)

    def remove(self, held: Held) -> None:
        """It is let go of."""
        with self._mutex:
            same = self._jobs[held.job.id]
            same.remove(held)
            if not same:
                del self._jobs[held.job.id]

    def all(self) -> list[Held]:
        """As they are now."""
        with self._mutex:
            return [held for same in self._jobs.values() for held in same]

    def note(self, job_id: str) -> None:
        """Its pod has changed."""
        with self._mutex:
            self._changed.add(job_id)

    def due(self) -> list[Held]:
        """What has changed, and now and then all that is due, each busy from now on."""
        now = time.monotonic()
        with self._mutex:
            found = [held for name in self._changed for held in self._jobs.get(name, ())]
            self._changed = {held.job.id for held in found if held.busy}
            if now >= self._scan_at:
                self._scan_at = now + SCAN_S
                found += [held for same in self._jobs.values() for held in same if held.due <= now]
            free = list({held: None for held in found if not held.busy})
            for held in free:
                held.busy = True
            return free

    def go_on(self, held: Held, job: Job, again_s: float, *, stopping: bool) -> None:
        """A step is over, the job is as told. ``stopping``: whether the step knew that somebody asked for an end."""
        with self._mutex:  # somebody may have asked meanwhile
            held.job = job
            held.due = time.monotonic() + again_s if held.stopping == stopping else 0.0
            held.busy = False

    def stand(self, asked: Iterable[Held], cancelled: Mapping[tuple[str, int], bool]) -> list[Held]:
        """Those that are lost, busy from now on: nobody else may take them up, or let go of them.

        cancelled: by id and fence, of what is still ours; each that is has its end due at once.
        """
        gone = []
        with self._mutex:
            for held in asked:
                key = (held.job.id, held.job.fence)
                if key not in cancelled and not held.busy:
                    held.busy = True
                    gone.append(held)
                if cancelled.get(key) and not held.stopping:
                    held.stopping, held.due = True, 0.0
        return gone
