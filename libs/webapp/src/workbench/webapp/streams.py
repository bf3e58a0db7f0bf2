"""Server-sent events of a job: ``GET …/{id}/events``, continued after ``Last-Event-ID``.

An event's id is the job's ``seq``, its data the job as ``GET …/{id}`` shows it. The stream ends with the
job. Every stream keeps a thread of the server, so a team may have so many and no more.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from flask import Response, request, stream_with_context
from prometheus_client import Gauge
from workbench.jobs import Job
from workbench.jobs.following import Following
from workbench.problems.common import InvalidRequest
from workbench.webapp.problems import TooManyStreams

KEEP_ALIVE_S = 15.0
# Of one process: two teams that use up theirs still leave threads for requests.
STREAMS_PER_TEAM = 60
STREAMS = 120
OPEN = Gauge("workbench_event_streams", "Event streams that are open.", ["service"])


class Streams:
    """The open streams of one service in this process."""

    def __init__(self, following: Following, service: str) -> None:
        self._following = following
        self._open = OPEN.labels(service)
        self._by_team: Counter[str] = Counter()
        self._lock = threading.Lock()

    def answer(self, job: Job, view: Callable[[Job], dict[str, Any]]) -> Response:
        """The stream from ``Last-Event-ID`` on. Raises InvalidRequest, TooManyStreams."""
        after = _last_event_id()
        self._enter(job.team)
        response = Response(stream_with_context(self._events(job, after, view)), content_type="text/event-stream")
        response.call_on_close(lambda: self._leave(job.team))
        response.headers["X-Accel-Buffering"] = "no"  # a proxy that collects would hold the news back
        return response

    def _events(self, job: Job, after: int, view: Callable[[Job], dict[str, Any]]) -> Iterator[str]:
        yield "retry: 1000\n\n"
        if job.seq > after or job.state.ended:
            yield _event(job, view(job))
        with self._following.follow(job.id, max(after, job.seq)) as follower:
            while not job.state.ended:
                news = follower.next(KEEP_ALIVE_S)
                if news is None:
                    yield ": still here\n\n"
                    continue
                job = news
                yield _event(job, view(job))

    def _enter(self, team: str) -> None:
        with self._lock:
            if self._by_team[team] >= STREAMS_PER_TEAM or self._by_team.total() >= STREAMS:
                raise TooManyStreams(STREAMS_PER_TEAM)
            self._by_team[team] += 1
        self._open.inc()

    def _leave(self, team: str) -> None:
        with self._lock:
            self._by_team[team] -= 1
        self._open.dec()


def _event(job: Job, view: dict[str, Any]) -> str:
    return f"id: {job.seq}\nevent: job\ndata: {json.dumps(view)}\n\n"


def _last_event_id() -> int:
    text = request.headers.get("Last-Event-ID", "0")
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise InvalidRequest({"Last-Event-ID": "give the id of the last event that was received"})
    return int(text)
