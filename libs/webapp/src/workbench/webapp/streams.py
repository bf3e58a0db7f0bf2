"""Server-sent events of a job: ``GET …/{id}/events``, continued after ``Last-Event-ID``.

An event's id is the job's ``seq``, its data the job as ``GET …/{id}`` shows it. The stream ends with the
job, or when this process is about to stop: whoever comes back goes on at another. Every stream keeps a thread of the
server, so it is counted among those who wait.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from flask import Response, request, stream_with_context
from prometheus_client import Gauge
from workbench.jobs import Job
from workbench.jobs.record.following import Following
from workbench.problems.common import InvalidRequest
from workbench.webapp.connection import nobody_waits
from workbench.webapp.problems import TooManyStreams
from workbench.webapp.turns import WAITING, Turn

KEEP_ALIVE_S, LOOK_S = 15.0, 1.0
OPEN = Gauge("workbench_event_streams", "Event streams that are open.", ["service"])


class Streams:
    """The open streams of one service in this process."""

    def __init__(self, following: Following, service: str) -> None:
        self._following = following
        self._open = OPEN.labels(service)

    def answer(self, job: Job, view: Callable[[Job], dict[str, Any]], turn: Turn) -> Response:
        """The stream from ``Last-Event-ID`` on. Raises InvalidRequest, TooManyStreams."""
        after = _last_event_id()
        if not turn.wait():
            raise TooManyStreams(WAITING // 2)
        self._open.inc()
        events = self._events(job, after, view, nobody_waits())
        response = Response(stream_with_context(events), content_type="text/event-stream")
        response.call_on_close(self._open.dec)
        response.headers["X-Accel-Buffering"] = "no"  # a proxy that collects would hold the news back
        return response

    def _events(
        self, job: Job, after: int, view: Callable[[Job], dict[str, Any]], nobody_waits: Callable[[], bool]
    ) -> Iterator[str]:
        yield "retry: 1000\n\n"
        if job.seq > after or job.state.ended:
            yield _event(job, view(job))
        quiet_s = 0.0
        with self._following.follow(job.id, max(after, job.seq)) as follower:
            while not job.state.ended and not nobody_waits():
                news = follower.next(LOOK_S)
                quiet_s = 0.0 if news else quiet_s + LOOK_S
                if news:
                    job = news
                    yield _event(job, view(job))
                elif quiet_s >= KEEP_ALIVE_S:
                    quiet_s = 0.0
                    yield ": still here\n\n"


def _event(job: Job, view: dict[str, Any]) -> str:
    return f"id: {job.seq}\nevent: job\ndata: {json.dumps(view)}\n\n"


def _last_event_id() -> int:
    text = request.headers.get("Last-Event-ID", "0")
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise InvalidRequest({"Last-Event-ID": "give the id of the last event that was received"})
    return int(text)
