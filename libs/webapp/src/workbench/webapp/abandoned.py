"""Uploads that nobody finished: what `workbench admin gc` removes from staging."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from workbench.store import Keys, Store


class Abandoned(NamedTuple):
    """One upload that no job needs; ``touched_at`` (seconds since the epoch) is when its last byte came."""

    team: str
    id: str
    touched_at: float


def abandoned(store: Store, older_than_s: float, needed: Callable[[str, str], bool]) -> Iterator[Abandoned]:
    """Uploads that were not touched for ``older_than_s`` seconds.

    needed: whether a job of this team and id is queued or running; such a job may wait longer than any upload.
    """
    touched: dict[tuple[str, str], float] = {}
    for key, at in _staged(store):
        _, team, place, upload_id, *_ = [*key.split("/"), "", ""]
        if place == "declared":  # by kind, then by id
            upload_id = key.rpartition("/")[2].removesuffix(".json")
        if place in ("uploads", "declared") and upload_id:
            touched[team, upload_id] = max(touched.get((team, upload_id), 0.0), at)
    for (team, upload_id), at in touched.items():
        if at < time.time() - older_than_s and not needed(team, upload_id):
            yield Abandoned(team, upload_id, at)


def abandon(store: Store, team: str, upload_id: str) -> None:
    """Remove everything of an upload; fine when it is gone already."""
    # The declaration first: without it nobody can complete what is left.
    for info in list(store.list(f"teams/{team}/declared/")):
        if info.key.endswith(f"/{upload_id}.json"):
            store.delete(info.key)
    remove_sent(store, team, upload_id)


def remove_sent(store: Store, team: str, upload_id: str) -> None:
    """Remove what has arrived of an upload that is declared no more; fine when it is gone already."""
    prefix = Keys(team).upload(upload_id)
    for info in list(store.list(prefix)):
        store.delete(info.key)
    for key, token, _ in list(store.open_uploads(prefix)):
        store.abort_parts(key, token)


def _staged(store: Store) -> Iterator[tuple[str, float]]:
    for info in store.list("teams/"):
        yield info.key, info.modified_at
    for key, _, started_at in store.open_uploads("teams/"):
        yield key, started_at
