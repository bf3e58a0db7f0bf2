"""What a job needs is held from before it is accepted until it has ended, so that nobody deletes it meanwhile."""

from __future__ import annotations

from typing import Any

from workbench.jobs.job import Kind
from workbench.store import Keys, Manifest, Manifests, Store


def hold(store: Store, kind: Kind, team: str, request: dict[str, Any], holder: str) -> list[Manifest]:
    """Take a reference on everything the request names. Raises NotFound or Deleted, holding nothing."""
    manifests = Manifests(store, team)
    taken: list[Manifest] = []
    try:
        for manifest_kind, manifest_id in kind.needs(request):
            taken.append(manifests.hold(manifest_kind, manifest_id, holder))
    except Exception:
        release(store, team, [manifest.id for manifest in taken], holder)
        raise
    return taken


def release(store: Store, team: str, ids: list[str], holder: str) -> None:
    """Give references back; safe to repeat."""
    for manifest_id in ids:
        Manifests(store, team).release(manifest_id, holder)


def drop_uploads(store: Store, team: str, job_id: str) -> None:
    """Remove what a client uploaded for a job that has ended."""
    for upload in list(store.list(Keys(team).upload(job_id))):
        store.delete(upload.key)
