"""What one pass over the store finds of a team: its manifests, who holds them, its blobs and stagings."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from workbench.store import Manifest, ObjectInfo, Store

# A deletion that meets a holder withdraws its tombstone within moments; one this old stays.
SETTLED_S = 3600.0


@dataclass
class Inventory:
    """``manifests`` are keys; ``blobs`` by digest; ``tombstones`` when, by id; ``staged`` by job id."""

    team: str
    manifests: list[str] = field(default_factory=list)
    blobs: dict[str, ObjectInfo] = field(default_factory=dict)
    tombstones: dict[str, float] = field(default_factory=dict)
    references: list[ObjectInfo] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    staged: dict[str, list[ObjectInfo]] = field(default_factory=dict)

    def deleted(self, thing_id: str, for_s: float = 0.0) -> bool:
        """Whether a thing was deleted for good, at least ``for_s`` seconds ago."""
        buried_at = self.tombstones.get(thing_id)
        return buried_at is not None and thing_id not in self.held and buried_at < time.time() - for_s

    def note(self, info: ObjectInfo) -> None:
        """Remember an object of this team."""
        _, _, place, *rest = info.key.split("/")
        if place == "manifests":
            self.manifests.append(info.key)
        elif place == "blobs":
            self.blobs[rest[-1]] = info
        elif place == "tombstones":
            self.tombstones[rest[0]] = info.modified_at
        elif place == "references":
            self.references.append(info)
            self.held.add(rest[0])
        elif place == "runs":
            self.staged.setdefault(rest[0], []).append(info)


class Unreadable(Exception):
    """A manifest that is no manifest: it may list any blob."""


def inventories(store: Store) -> list[Inventory]:
    """One for each team, by name."""
    found: dict[str, Inventory] = {}
    for info in store.list("teams/"):
        team = info.key.split("/")[1]
        found.setdefault(team, Inventory(team)).note(info)
    return [found[team] for team in sorted(found)]


def read_manifests(store: Store, inventory: Inventory) -> Iterator[Manifest]:
    """Every one of the team. Raises Unreadable, naming its key."""
    for key in inventory.manifests:
        yield read_manifest(store, key)


def read_manifest(store: Store, key: str) -> Manifest:
    """The one at this key, which says the same of itself as its key does. Raises Unreadable."""
    _, team, _, kind, name = key.split("/", 4)
    try:
        manifest = Manifest.parse(store.get(key))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"{key}: {error!r}") from None
    if (manifest.team, manifest.kind, f"{manifest.id}.json") != (team, kind, name):
        raise Unreadable(f"{key}: it is the manifest of {manifest.kind} {manifest.id} of team {manifest.team}")
    return manifest
