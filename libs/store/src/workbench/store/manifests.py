"""Immutable JSON that lists a thing's files by SHA-256 and its facts; and who still needs the thing."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from workbench.problems.common import Deleted, NotFound
from workbench.store.keys import Keys
from workbench.store.port import ObjectMissing, Store

SHOWN = "shown/"  # files below it are there for people to look at; no computation reads them
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


@dataclass(frozen=True)
class File:
    """One file of a manifest; ``name`` is a relative path."""

    name: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class Manifest:
    """What a thing is. Its id is the id of the job that made it."""

    kind: str
    id: str
    team: str
    created_at: str
    files: tuple[File, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    parents: tuple[str, ...] = ()

    def text(self) -> str:
        """The bytes that are kept: the same manifest always gives the same text."""
        return json.dumps(asdict(self), sort_keys=True, indent=1)

    @classmethod
    def parse(cls, text: str | bytes) -> Manifest:
        """The inverse of text()."""
        document = json.loads(text)
        files = tuple(File(**file) for file in document.pop("files"))
        return cls(**document | {"files": files, "parents": tuple(document["parents"])})

    def inputs(self, folder: str) -> dict[str, str]:
        """The digest of each file that a computation may read, by its path below ``folder``."""
        return {f"{folder}/{file.name}": file.sha256 for file in self.files if not file.name.startswith(SHOWN)}

    def file(self, name: str) -> File:
        """One file by its name. Raises NotFound."""
        for file in self.files:
            if file.name == name:
                return file
        raise NotFound("file", name)


@dataclass(frozen=True)
class Manifests:
    """The manifests of one team, and the references and tombstones that decide what may go.

    A holder writes its reference, then looks for a tombstone; a deleter writes the tombstone, then
    lists references. Whichever order the two run in, at least one of them sees the other.
    """

    store: Store
    team: str

    def get(self, kind: str, manifest_id: str) -> Manifest:
        """Raises NotFound; another team's id is not found either."""
        try:
            return Manifest.parse(self.store.get(Keys(self.team).manifest(kind, manifest_id)))
        except (ObjectMissing, ValueError):
            raise NotFound(kind, manifest_id) from None

    def usable(self, kind: str, manifest_id: str, known: Manifest | None = None) -> Manifest:
        """As get(), and the thing has not been deleted. Raises NotFound, Deleted."""
        manifest = known or self.get(kind, manifest_id)
        if self.buried(manifest_id):
            raise Deleted(kind, manifest_id)
        return manifest

    def buried(self, manifest_id: str) -> bool:
        """Whether somebody has deleted the thing, or is about to."""
        return any(True for _ in self.store.list(Keys(self.team).tombstone(manifest_id)))

    def write(self, text: str) -> None:
        """Write a manifest from the text that was accepted; twice writes the same bytes."""
        manifest = Manifest.parse(text)
        self.store.put(Keys(self.team).manifest(manifest.kind, manifest.id), text.encode())

    def all(self, kind: str) -> Iterator[Manifest]:
        """Every manifest of a kind, by id."""
        for info in self.store.list(f"teams/{self.team}/manifests/{kind}/"):
            yield Manifest.parse(self.store.get(info.key))

    def hold(self, kind: str, manifest_id: str, holder: str, known: Manifest | None = None) -> Manifest:
        """Take a reference for ``holder`` (such as ``project-<id>``). Raises NotFound, Deleted.

        ``known``: the manifest, by whoever has read it before.
        """
        if not _ID.fullmatch(manifest_id):  # it would lie elsewhere, or nowhere
            raise NotFound(kind, manifest_id)
        key = Keys(self.team).reference(manifest_id, holder)
        self.store.put(key, b"")
        try:
            return self.usable(kind, manifest_id, known)
        except (NotFound, Deleted):
            self.store.delete(key)
            raise

    def release(self, manifest_id: str, holder: str) -> None:
        """Give a reference back."""
        self.store.delete(Keys(self.team).reference(manifest_id, holder))

    def holders(self, manifest_id: str) -> list[str]:
        """Who holds the thing."""
        prefix = Keys(self.team).reference(manifest_id)
        return [info.key.removeprefix(prefix) for info in self.store.list(prefix)]

    def bury(self, manifest_id: str) -> list[str]:
        """Delete a thing: returns the holders that forbid it (then nothing changed), or an empty list.

        Each deleter has a tombstone of its own: one that meets a holder takes back no other's.
        """
        tombstone = Keys(self.team).tombstone(manifest_id, uuid.uuid4().hex)
        self.store.put(tombstone, b"")
        holders = self.holders(manifest_id)
        if holders:
            self.store.delete(tombstone)
        return holders


def content_digest(facts: Mapping[str, Any], files: tuple[File, ...] = ()) -> str:
    """SHA-256 (hex) of what a thing is, whatever it is called and whenever it was made."""
    content = [facts, sorted((file.name, file.sha256) for file in files)]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
