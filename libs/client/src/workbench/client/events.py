"""Server-sent events of a job: its views as the server sends them, as long as the connection lasts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
from workbench.client.transport import COME_BACK, Transport

View = dict[str, Any]


class NoStream(Exception):
    """There is no stream, or no more of it: ask for the job instead."""


def stream(transport: Transport, path: str, after: int) -> Iterator[View]:
    """Each view with a ``seq`` above ``after``, until the job has ended. Raises NoStream, Refused, Unreachable."""
    headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
    # 429: others of the team wait there already. Asking now and then is better than waiting to wait.
    with transport.stream(f"{path}/events", headers, COME_BACK - {429}) as response:
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            raise NoStream
        try:
            for data in _data(response.iter_lines()):
                yield json.loads(data)
        except (httpx.HTTPError, ValueError) as error:
            raise NoStream from error


def _data(lines: Iterable[str]) -> Iterator[str]:
    """The data of each event; comments, ids and names are of no interest here."""
    parts: list[str] = []
    for line in lines:
        if line.startswith("data:"):
            parts.append(line[5:].removeprefix(" "))
        elif not line and parts:
            yield "\n".join(parts)
            parts = []
