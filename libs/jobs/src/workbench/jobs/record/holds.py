"""What a job needs is held from before it is accepted until it has ended, so that nobody deletes it meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from workbench.store import Keys, Manifest, Manifests, Store

KNOWN = 200  # a manifest is some kilobytes


def hold(manifests: KnownManifests, team: str, needs: list[tuple[str, str]], holder: str) -> list[Manifest]:
    """Take a reference on each (manifest kind, id), side by side. Raises NotFound or Deleted, holding nothing."""
    if len(needs) < 2:
        return [manifests.hold(team, *need, holder) for need in needs]
    with ThreadPoolExecutor(len(needs)) as lanes:
        asked = [lanes.submit(manifests.hold, team, *need, holder) for need in needs]
    failed = next((each.exception() for each in asked if each.exception()), None)
    if failed is not None:
        taken = [each.result().id for each in asked if each.exception() is None]
        release(manifests.store, team, taken, holder)
        raise failed
    return [each.result() for each in asked]


class KnownManifests:
    """The manifests that this process has read for jobs. One never changes, so it is read once.

    Whether its thing has been deleted meanwhile is asked every time.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._known: dict[tuple[str, str, str], Manifest] = {}

    def hold(self, team: str, kind: str, manifest_id: str, holder: str) -> Manifest:
        """See Manifests.hold."""
        key = (team, kind, manifest_id)
        manifest = Manifests(self.store, team).hold(kind, manifest_id, holder, self._known.get(key))
        if len(self._known) >= KNOWN:
            self._known.clear()
        self._known[key] = manifest
        return manifest


def release(store: Store, team: str, ids: list[str], holder: str) -> None:
    """Give references back; safe to repeat."""
    for manifest_id in ids:
        Manifests(store, team).release(manifest_id, holder)


def drop_uploads(store: Store, team: str, job_id: str) -> None:
    """Remove what a client uploaded, or we have brought, for a job that has ended."""
    prefix = Keys(team).upload(job_id)
    for upload in list(store.list(prefix)):
        store.delete(upload.key)
    for key, token, _ in list(store.open_uploads(prefix)):
        store.abort_parts(key, token)
