"""The catalogue of the configured zoo: a job reads it when somebody first asks, and again when it is a day old.

Each team has its own. While it is read again, and when that fails, the last one that was read is told.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from flask import current_app
from workbench.jobs import Job, State
from workbench.model_registry import begun
from workbench.model_registry.problems import CatalogueNotRead, CatalogueNotReadYet, NotInCatalogue
from workbench.model_registry.sources.problems import ZooNotSet
from workbench.model_registry.values import CATALOGUE
from workbench.store import Manifest
from workbench.webapp.graphs import lines_of
from workbench.webapp.ports import identity, ports

KIND = "catalogue"
ZOO_URL = "WORKBENCH_ZOO_URL"  # of the app's configuration
_MADE_AS = "2"  # another number, and every zoo is read again
_FRESH_S = 24 * 3600
_CONVERTED = ("FP32", "FP16")  # what an original may become


@dataclass(frozen=True)
class Wanted:
    """Which models: all that is given must hold. ``task``: ours, or as the zoo calls it."""

    name: str | None = None
    task: str | None = None
    framework: str | None = None
    precision: str | None = None

    def fits(self, entry: dict[str, Any]) -> bool:
        """Whether this is one."""
        return (
            (self.name is None or self.name.lower() in entry["name"].lower())
            and (self.task is None or self.task in (entry["task"], entry["task_type"]))
            and (self.framework is None or self.framework == entry["framework"])
            and (self.precision is None or self.precision in (entry["precisions"] or _CONVERTED))
        )


def page(wanted: Wanted, start: int, limit: int) -> dict[str, Any]:
    """``items`` from the ``start``-th that fits on, ``matching``, ``total``, and the zoo with when it was read.

    Raises ZooNotSet, CatalogueNotReadYet, CatalogueNotRead.
    """
    manifest = _read()
    entries = list(_entries(manifest))
    matching = [entry for entry in entries if wanted.fits(entry)]
    told = {name: manifest.facts[name] for name in ("zoo", "read_at")}
    return {"items": matching[start : start + limit], "matching": len(matching), "total": len(entries), **told}


def entry_of(name: str) -> dict[str, Any]:
    """One model. Raises as ``page``, and NotInCatalogue."""
    manifest = _read()
    entries = {entry["name"]: entry for entry in _entries(manifest)}
    if name not in entries:
        raise NotInCatalogue(name[:200], manifest.facts["zoo"], get_close_matches(name[:200], entries, 5))
    return entries[name]


def _entries(manifest: Manifest) -> Iterator[dict[str, Any]]:
    lines = lines_of(ports().store, identity().team, manifest.file(CATALOGUE))
    return (json.loads(line) for line in lines())


def _read() -> Manifest:
    """The newest of the zoo; begun to be read again when it is old."""
    url, team = current_app.config[ZOO_URL], identity().team
    if not url:
        raise ZooNotSet("the catalogue")
    known = [job for job in ports().jobs.list(KIND, team, state=State.SUCCEEDED).items if job.request["zoo"] == url]
    newest = max(known, key=lambda job: job.finished_at or 0, default=None)
    if newest is None or not _is_fresh(newest):
        job = begun.begin(KIND, team, _id(url, team), {"zoo": url, "made_as": _MADE_AS})
        newest = newest or begun.ended(job)
    for old in known:
        if old.id != newest.id:
            begun.forget(KIND, team, old.id)
    if not newest.state.ended:
        raise CatalogueNotReadYet(url, (newest.progress or {}).get("message") or newest.waiting_for)
    if newest.manifest is None:
        raise CatalogueNotRead(begun.why_not(newest))
    return Manifest.parse(newest.manifest)


def _is_fresh(job: Job) -> bool:
    """Whether it was read within a day, by this way of reading it."""
    return job.request.get("made_as") == _MADE_AS and time.time() - (job.finished_at or 0) <= _FRESH_S


def _id(url: str, team: str) -> str:
    """One a day: all who ask on it wait for the same job."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"catalogue {_MADE_AS} {team} {url} {time.time() // _FRESH_S:.0f}"))
