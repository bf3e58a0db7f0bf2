"""What a route may reach: the service's jobs, the store, where work may run, who is asking. Only api.py uses this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from flask import current_app, g, request
from workbench.jobs import Job, Jobs, Kind
from workbench.store import Manifests, Store
from workbench.targets.placement import Placement
from workbench.webapp.identity import Identity
from workbench.webapp.room import Room
from workbench.webapp.streams import Streams
from workbench.webapp.turns import Turn


@dataclass(frozen=True)
class Ports:
    """Built once by app.py. ``places``: for every team."""

    jobs: Jobs
    store: Store
    kinds: Mapping[str, Kind]
    room: Room
    streams: Streams
    places: Placement

    @property
    def placement(self) -> Placement:
        """Where work of the asking team may run."""
        return self.places.of(identity().team)

    def submit(self, kind: str, body: dict[str, Any], *, job_id: str | None = None) -> Job:
        """Accept a job for the asking team, honouring its Idempotency-Key. Raises StorageLimit.

        With a ``job_id`` its bytes are uploaded and were counted then; what a GET needs is never too much.
        """
        if job_id is None and request.method == "POST":
            self.room.require(identity().team)
        return self.jobs.submit(
            self.kinds[kind],
            identity().team,
            {name: value for name, value in body.items() if name != "name"},
            job_id=job_id,
            name=body.get("name"),
            idempotency_key=request.headers.get("Idempotency-Key"),
        )

    def manifests(self) -> Manifests:
        """The asking team's manifests."""
        return Manifests(self.store, identity().team)


def ports() -> Ports:
    """Those of the app that answers this request."""
    return cast(Ports, current_app.extensions["workbench"])


def identity() -> Identity:
    """Who is asking; set before any route runs."""
    return cast(Identity, g.identity)


def turn() -> Turn:
    """This request's; begun before any route runs."""
    return cast(Turn, g.turn)
