"""Whether everything that rows and manifests name is there: after a restore, or whenever in doubt. Changes nothing.

It may run while the services work. What seems missing is looked for once more before it is reported, since a job
may have ended, or a manifest been written, after we had looked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from workbench.admin.installation import Installation
from workbench.admin.inventory import Inventory, Unreadable, inventories, read_manifest
from workbench.admin.rows import Row
from workbench.admin.runs import forgotten_runs
from workbench.jobs import State
from workbench.runner.local.trial import in_words
from workbench.store import File, Keys, Manifest, Manifests, ObjectMissing, Store
from workbench.webapp.confinement import confinement
from workbench.webapp.settings import load
from workbench.webapp.spool import forgotten


class Finding(NamedTuple):
    """``what`` names the row or key; ``detail`` says what is wrong, for people."""

    team: str
    what: str
    detail: str


def check(place: Installation, *, deep: bool = False) -> Iterator[Finding]:
    """What is wrong. ``deep`` reads and hashes every blob that a manifest lists."""
    if not place.rows.engines:
        yield Finding("-", "rows", "no service has rows here; do the settings name the right database?")
    for row in place.rows.all():
        yield from _of_row(place, row)
    for inventory in inventories(place.store):
        yield from _of_manifests(place.store, inventory, deep)
    yield from _left_behind(place)


def _left_behind(place: Installation) -> Iterator[Finding]:
    """By processes that were killed, in every folder that they write to."""
    gone = "what was left by processes that were killed; `workbench admin gc` removes it"
    if (count := place.store.sweep(dry_run=True)) > 0:
        yield Finding("-", "store", f"{count} drafts or unfinished uploads: {gone}")
    for path in forgotten(place.home / "tmp"):
        yield Finding("-", str(path), gone)
    for folder in forgotten_runs(place):
        yield Finding("-", str(folder), f"the folder of a run whose job has ended; {gone}")


def of_confinement() -> tuple[str, list[Finding]]:
    """A line on how far runs are confined here, "" where they are pods; a finding where more is required."""
    settings = load()
    told = confinement(settings)
    if told is None:
        return "", []
    found = told()
    lacking = settings.sandbox == "require" and not found["complete"]
    finding = Finding("-", "sandbox", f"no run is started: {'; '.join(found['missing'])}") if lacking else None
    return in_words(found, settings.sandbox), [finding] if finding else []


def _of_row(place: Installation, row: Row) -> Iterator[Finding]:
    name = f"{row.service} {row.kind} {row.id}"
    if row.manifest is not None and row.state == State.SUCCEEDED:
        yield from _of_accepted(place.store, row, name)
    elif row.manifest is None and row.state in (State.QUEUED, State.RUNNING):
        missing = [key for key in row.keys if not place.store.exists(key)]
        if missing and place.rows.under_way(row.team, row.id):
            yield Finding(
                row.team,
                name,
                f"the job waits for uploaded bytes that are gone: {missing[0]}; cancel it and upload them again",
            )


def _of_accepted(store: Store, row: Row, name: str) -> Iterator[Finding]:
    assert row.manifest is not None, "asked for by the caller"
    manifest = Manifest.parse(row.manifest)
    key = Keys(row.team).manifest(manifest.kind, manifest.id)
    if manifest.team != row.team:
        yield Finding(row.team, name, f"its manifest is of team {manifest.team}")
        return
    try:
        if store.get(key) != row.manifest.encode():
            yield Finding(row.team, name, f"its manifest in the store is another one: {key}")
    except ObjectMissing:
        yield Finding(row.team, name, f"its manifest is missing: {key}")


def _of_manifests(store: Store, inventory: Inventory, deep: bool) -> Iterator[Finding]:
    hashed: dict[str, str] = {}
    for key in inventory.manifests:
        try:
            manifest = read_manifest(store, key)
        except (Unreadable, ObjectMissing) as error:
            yield Finding(inventory.team, key, f"the manifest cannot be read: {error}")
            continue
        if Manifests(store, inventory.team).buried(manifest.id):
            continue  # deleted: the manifest stays without its files
        for file in manifest.files:
            wrong = _wrong(store, inventory, file, hashed if deep else None)
            if wrong:
                yield Finding(inventory.team, f"{manifest.kind} {manifest.id}", f"{file.name}: {wrong}")


def _wrong(store: Store, inventory: Inventory, file: File, hashed: dict[str, str] | None) -> str | None:
    """``hashed``: what was found for each blob that was read, None to read none."""
    key = Keys(inventory.team).blob(file.sha256)
    try:
        found = inventory.blobs.get(file.sha256) or store.info(key)
        if found.size_bytes != file.size_bytes:
            return f"{key} has {found.size_bytes} bytes instead of {file.size_bytes}"
        if hashed is not None and file.sha256 not in hashed:
            hashed[file.sha256] = _digest(store, key)
    except ObjectMissing:
        return f"{key} is missing"
    if hashed is not None and hashed[file.sha256] != file.sha256:
        return f"the bytes of {key} have the SHA-256 {hashed[file.sha256]}"
    return None


def _digest(store: Store, key: str) -> str:
    digest = hashlib.sha256()
    for chunk in store.read(key):
        digest.update(chunk)
    return digest.hexdigest()
