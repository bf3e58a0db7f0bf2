"""Follow a job to its end: each changed view once, through restarts of the server.

By server-sent events; where there are none (a proxy holds them back, the server has no more to give), by
long polling.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from typing import Any

from workbench.client.errors import JobCancelled, JobFailed, Refused
from workbench.client.events import NoStream, stream
from workbench.client.transport import Transport

View = dict[str, Any]
ENDED = frozenset({"succeeded", "failed", "cancelled"})
LONG_POLL_S = 25
# Short jobs are answered soon; after that once a second, since a measurement may be what we wait for.
PAUSES_S = (0.0, 0.2, 0.4, 0.7)


def ended(view: View) -> bool:
    """No more will happen to this job."""
    return view["state"] in ENDED


def watch(transport: Transport, path: str) -> Iterator[View]:
    """The view as it is, then each changed one; the last has ended."""
    pauses = chain(PAUSES_S, repeat(1.0))
    view: View = transport.json("GET", path)
    yield view
    streams = True
    while not ended(view):
        if streams:
            after = view["seq"]
            try:
                for news in stream(transport, path, after):
                    view = news
                    yield view
            except NoStream:  # it broke; what was missed is asked for, then there may be another
                pass
            except Refused:
                streams = False
        if ended(view):
            return
        time.sleep(next(pauses))
        after = view["seq"]
        view = transport.json("GET", path, params={"wait_s": LONG_POLL_S, "after": after}, wait_s=LONG_POLL_S)
        if view["seq"] != after or ended(view):
            yield view


def wait(transport: Transport, path: str, tell: Callable[[View], None] | None = None) -> View:
    """The view once the job has succeeded; ``tell`` hears of each change. Raises JobFailed, JobCancelled."""
    for view in watch(transport, path):
        if tell:
            tell(view)
    return succeeded(view, path)


def succeeded(view: View, path: str) -> View:
    """The same view, unless it says failed (JobFailed) or cancelled (JobCancelled)."""
    if view["state"] == "failed":
        raise JobFailed(view, path)
    if view["state"] == "cancelled":
        raise JobCancelled(view, path)
    return view


def log(transport: Transport, path: str, *, follow: bool = False) -> Iterator[str]:
    """The log's text piece by piece: what there is now, or with ``follow`` until the job has ended."""
    offset = 0
    while True:
        piece = transport.json("GET", f"{path}/log", params={"offset": offset})
        if piece["text"]:
            yield piece["text"]
        if piece["complete"] or not (follow or piece["text"]):
            return
        offset = piece["next_offset"]
        if follow:
            time.sleep(1.0)
