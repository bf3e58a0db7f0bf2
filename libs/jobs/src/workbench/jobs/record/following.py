"""Many who follow jobs, one who reads: a thread of this process asks the database once for all of them.

It wakes with the service's bell, and once a second without it. A follower sees the newest view of its
job, not every one in between: who is slow misses steps, never the end.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy import select
from workbench.jobs.job import Job
from workbench.jobs.record.engine import reading
from workbench.jobs.record.jobs import Jobs
from workbench.jobs.record.rows import COLUMNS, job_of
from workbench.jobs.record.tables import jobs

log = structlog.get_logger()
WITHOUT_A_BELL_S = 1.0
BETWEEN_QUERIES_S = 0.1
AT_ONCE = 500  # ids in one query


class Follower:
    """Gets the newest state of one job."""

    def __init__(self, job_id: str, after: int) -> None:
        self.job_id = job_id
        self._seen = after
        self._newest: queue.SimpleQueue[Job] = queue.SimpleQueue()

    def next(self, timeout_s: float) -> Job | None:
        """The newest state that was not given yet, or None after the timeout."""
        try:
            job = self._newest.get(timeout=timeout_s)
            while not self._newest.empty():
                job = self._newest.get_nowait()
        except queue.Empty:
            return None
        return job

    def offer(self, job: Job) -> None:
        """Give it on when it is news."""
        if job.seq > self._seen:
            self._seen = job.seq
            self._newest.put(job)


class Following:
    """All followers of one service in this process. The thread lives while there are any."""

    def __init__(self, record: Jobs) -> None:
        self._record = record
        self._followers: set[Follower] = set()
        self._lock = threading.Lock()
        self._reading = False

    @contextmanager
    def follow(self, job_id: str, after: int) -> Iterator[Follower]:
        """A follower that is told of every ``seq`` above ``after``, from now on."""
        follower = Follower(job_id, after)
        with self._lock:
            self._followers.add(follower)
            if not self._reading:
                self._reading = True
                threading.Thread(target=self._read, name=f"{self._record.service}-following", daemon=True).start()
        try:
            yield follower
        finally:
            with self._lock:
                self._followers.discard(follower)

    @property
    def count(self) -> int:
        """How many follow now."""
        return len(self._followers)

    def _read(self) -> None:
        while True:
            since = self._record.messages.heard(self._record.bell)
            with self._lock:
                followers = set(self._followers)
                self._reading = bool(followers)
            if not followers:
                return
            try:
                self._tell(followers)
            except Exception:  # the database is away: the next round tells what was missed
                log.warning("following.failed", service=self._record.service, exc_info=True)
            time.sleep(BETWEEN_QUERIES_S)
            self._record.messages.wait(self._record.bell, since, WITHOUT_A_BELL_S)

    def _tell(self, followers: set[Follower]) -> None:
        found = self._find({follower.job_id for follower in followers})
        for follower in followers:
            if follower.job_id in found:
                follower.offer(found[follower.job_id])

    def _find(self, ids: Iterable[str]) -> dict[str, Job]:
        wanted, found = list(ids), {}
        with reading(self._record.engine).connect() as connection:
            for start in range(0, len(wanted), AT_ONCE):
                some = wanted[start : start + AT_ONCE]
                for row in connection.execute(select(*COLUMNS).where(jobs.c.id.in_(some))):
                    found[row.id] = job_of(row)
        return found
