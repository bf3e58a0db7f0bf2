"""When an earlier result answers a new request: the same inputs, options and core, and still there."""

from __future__ import annotations

import hashlib
import json
from importlib import metadata
from typing import Any

from sqlalchemy import Connection, select
from workbench.jobs.job import Job
from workbench.jobs.kind import Kind
from workbench.jobs.record.rows import COLUMNS, job_of
from workbench.jobs.record.tables import jobs, succeeded
from workbench.store import Manifest, Manifests, Store


def core_version(code: str, *distributions: str) -> str:
    """A core's version: that of its code, and of what it computes with, looked up without importing it.

    "none" where a distribution is not installed: the web image then ships with runners of one release.
    """
    return " ".join([code, *(f"{name}={_installed(name)}" for name in distributions)])


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "none"


def reuse_key(kind: Kind, request: dict[str, Any], inputs: list[Manifest]) -> str | None:
    """Digest of the inputs' content, the options and the core's version; None when results are never reused."""
    if kind.version is None:
        return None
    ids = {manifest.id: manifest.facts.get("digest", manifest.id) for manifest in inputs}
    text = json.dumps([kind.name, kind.version, request], sort_keys=True)
    for manifest_id, digest in ids.items():
        text = text.replace(manifest_id, digest)
    return hashlib.sha256(text.encode()).hexdigest()


def reusable(connection: Connection, store: Store, team: str, key: str | None) -> Job | None:
    """The newest job that has computed this, unless what it made has been deleted."""
    if key is None:
        return None
    query = (
        select(*COLUMNS)
        .where(
            jobs.c.team == team,
            jobs.c.reuse_key == key,
            succeeded,
            jobs.c.reused_from.is_(None),
        )
        .order_by(jobs.c.created_at.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    earlier = job_of(row)
    gone = Manifests(store, team).buried((earlier.result or {}).get("id", earlier.id))
    return None if gone else earlier
