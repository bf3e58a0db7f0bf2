"""Garbage: blobs that nothing lists, what ended jobs have staged or still hold, uploads that nobody completed.

Why nothing that is needed goes, whoever works meanwhile:

A blob is a candidate when it is old, and no manifest in the store lists it but those of things deleted some time
ago. Between that look and the removal a run may make the same bytes, find the blob there and rely on it. So the
removal happens in short moments in which no service can change its rows, and looks again at what was accepted:

- The run's manifest was accepted before that moment. Then its row is running, or ended after our look (with
  SKEW_S for clocks that differ), and names the blob: it is spared.
- It is accepted after that moment. What it staged is kept until then, and whoever publishes looks for every blob
  after the acceptance and puts back what is gone (`workbench.jobs.working.staging`).

A manifest is in the store before its row succeeds, so the rows that ended before our look need no reading. The
moment ends after HOLD_S: writers wait for no longer, leases are not lost to it. The age alone would not do: an old
blob becomes needed without being written again.

A tombstone counts once it is SETTLED_S old, since a deletion that meets a holder takes its tombstone back. An
upload goes when nobody can complete it any more. Staged files go when their job is not under way: no job starts again.
A job holds what it needs from just before its row is there: who was killed in between, or restored without that row,
would hold for ever. So a hold of a job that is not under way goes once it is SETTLED_S old.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from workbench.admin.installation import Installation
from workbench.admin.inventory import SETTLED_S, Inventory, inventories, read_manifests
from workbench.admin.rows import Counted, accepted
from workbench.admin.runs import forgotten_runs, remove_runs
from workbench.store import Keys, Manifest, ObjectInfo
from workbench.webapp.abandoned import abandon, abandoned
from workbench.webapp.spool import forgotten, sweep
from workbench.webapp.upload_state import LIFETIME_S

DEFAULT_AGE_S = 7 * 24 * 3600.0
SKEW_S = 900.0
HOLD_S = 1.0
PAUSE_S = 0.2  # for those who waited


class NoRows(Exception):
    """No service has rows here: most likely the settings name another database."""


@dataclass
class Collected:
    """What went, or would go."""

    blobs: int = 0
    blob_bytes: int = 0
    staged: int = 0
    staged_bytes: int = 0
    holds: int = 0
    uploads: int = 0
    leftovers: int = 0
    counted: list[Counted] = field(default_factory=list)
    dry_run: bool = False


def collect(place: Installation, older_than_s: float = DEFAULT_AGE_S, *, dry_run: bool = False) -> Collected:
    """One collection. Raises NoRows, Unreadable, DatabaseAway, StoreAway; what went until then stays gone."""
    if not place.rows.engines:
        raise NoRows
    collected = Collected(dry_run=dry_run)
    began = time.time()
    kinds = place.rows.kinds()
    for inventory in inventories(place.store):
        _collect_staged(place, inventory, collected)
        _collect_holds(place, inventory, kinds, collected)
        unlisted = _unlisted(place, inventory, older_than_s)
        for info in unlisted if dry_run else _removed(place, inventory.team, unlisted, began - SKEW_S):
            collected.blobs += 1
            collected.blob_bytes += info.size_bytes
    for upload in list(abandoned(place.store, max(older_than_s, LIFETIME_S), place.rows.under_way)):
        collected.uploads += 1
        if not dry_run:
            abandon(place.store, upload.team, upload.id)
    _collect_leftovers(place, collected)
    if not dry_run:
        collected.counted = place.rows.count(place.store)
    return collected


def _collect_leftovers(place: Installation, collected: Collected) -> None:
    collected.leftovers = place.store.sweep(dry_run=collected.dry_run)
    if collected.dry_run:
        collected.leftovers += len(forgotten(place.home / "tmp")) + len(forgotten_runs(place))
    else:
        collected.leftovers += sweep(place.home / "tmp") + remove_runs(place)


def _collect_staged(place: Installation, inventory: Inventory, collected: Collected) -> None:
    for job_id, objects in inventory.staged.items():
        if place.rows.under_way(inventory.team, job_id):
            continue
        for info in objects:
            collected.staged += 1
            collected.staged_bytes += info.size_bytes
            if not collected.dry_run:
                place.store.delete(info.key)


def _collect_holds(place: Installation, inventory: Inventory, kinds: set[str], collected: Collected) -> None:
    """Projects hold, too; what is not of a kind of job is left alone."""
    for info in inventory.references:
        kind, _, job_id = info.key.rpartition("/")[2].partition("-")
        if kind not in kinds or not job_id or info.modified_at > time.time() - SETTLED_S:
            continue
        if not place.rows.under_way(inventory.team, job_id):
            collected.holds += 1
            if not collected.dry_run:
                place.store.delete(info.key)


def _unlisted(place: Installation, inventory: Inventory, older_than_s: float) -> list[ObjectInfo]:
    """Old blobs that no manifest lists but those of things deleted for at least as long."""
    settled_s = max(older_than_s, SETTLED_S)
    live = (each for each in read_manifests(place.store, inventory) if not inventory.deleted(each.id, settled_s))
    listed = _digests(live)
    born_before = time.time() - older_than_s
    return [info for digest, info in inventory.blobs.items() if digest not in listed and info.modified_at < born_before]


def _removed(place: Installation, team: str, blobs: list[ObjectInfo], since: float) -> Iterator[ObjectInfo]:
    left = list(reversed(blobs))
    while left:
        with place.rows.standing_still() as connections:
            until = time.monotonic() + HOLD_S
            needed = _digests(each for each in accepted(connections, since) if each.team == team)
            spared = {Keys(team).blob(digest) for digest in needed}
            gone: list[ObjectInfo] = []
            while left and (time.monotonic() < until or not gone):
                info = left.pop()
                if info.key not in spared:
                    place.store.delete(info.key)
                    gone.append(info)
        yield from gone
        if left:
            time.sleep(PAUSE_S)


def _digests(manifests: Iterable[Manifest]) -> set[str]:
    return {file.sha256 for manifest in manifests for file in manifest.files}
