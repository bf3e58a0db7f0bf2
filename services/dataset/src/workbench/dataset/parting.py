"""Which images calibration may use and which are scored: no picture, and nothing that belongs together, is in both.

An image's digest decides, so a picture is on the same side of any dataset. Images that annotations tie together (the
two of a pair, those of one person) are a group, and groups go whole to one side, until calibration has its share.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from workbench.shards import percentile_of, split_of
from workbench.tasks.scoring import picture

CALIBRATION, EVALUATION = "calibration", "evaluation"


@dataclass(frozen=True)
class _Group:
    """Images that may not be parted, by their places; ``key``: the least of their digests."""

    key: bytes
    places: tuple[int, ...]


class Parting:
    """Hears of every image, then says which lie elsewhere than their digests alone would have it."""

    def __init__(self, calibration_percent: int) -> None:
        self._percent = calibration_percent
        self._names: list[str] = []
        self._digests: list[bytes] = []
        self._parents: dict[Hashable, Hashable] = {}
        self._warnings: list[str] = []

    def add(self, name: str, digest: bytes, ties: Iterable[Hashable] = ()) -> str:
        """``ties``: names of images it belongs with, or what else such images have in common. By digest alone it lies
        in the part that is returned.
        """
        self._names.append(name)
        self._digests.append(digest)
        for tie in ties:
            self._join(("picture", digest), tie)
        return split_of(digest.hex(), self._percent)

    def settle(self) -> dict[str, str]:
        """The part of each image that lies elsewhere, by name."""
        if not self._parents:
            return self._moved(self._by_digest())
        for name, digest in zip(self._names, self._digests, strict=True):
            self._join(("picture", digest), picture(name))
        groups = _grouped([self._root(("picture", digest)) for digest in self._digests], self._digests)
        if len(groups) > 1 or not 0 < self._percent < 100:
            return self._moved(self._whole(groups))
        if len(set(self._digests)) == 1:
            return self._moved(self._by_digest())
        self._warnings.append(
            "All images are tied together by their annotations, so they were parted one by one, and what ties images "
            "of both parts is not scored. To score all of it, import with a calibration percentage of 0."
        )
        return self._moved(self._by_digest())

    def warnings(self) -> list[str]:
        """What was done that people would not expect, in words."""
        return self._warnings

    def _by_digest(self) -> dict[int, str]:
        """What each digest says; where one part would have nothing, the picture that is nearest to it goes there."""
        groups = _grouped(self._digests, self._digests)
        parts = {group: split_of(group.key.hex(), self._percent) for group in groups}
        missing = {CALIBRATION, EVALUATION} - set(parts.values())
        if groups and missing and 0 < self._percent < 100:
            [part] = missing
            if len(groups) == 1:
                self._warnings.append(f"No image fell into the {part} part: there is one picture, and none is in both.")
            else:
                nearest = (min if part == CALIBRATION else max)(groups, key=_distance)
                parts[nearest] = part
                self._warnings.append(
                    f"By their digests no image fell into the {part} part, so "
                    f"{self._names[nearest.places[0]]} was put there."
                )
        return {place: part for group, part in parts.items() for place in group.places}

    def _whole(self, groups: Sequence[_Group]) -> dict[int, str]:
        """Groups in the order of their digests, as long as calibration has room; at least the smallest."""
        room = len(self._names) * self._percent / 100
        chosen, count = [], 0
        for group in sorted(groups, key=_distance):
            if count + len(group.places) <= room:
                chosen.append(group)
                count += len(group.places)
        if not chosen and 0 < self._percent < 100 and len(groups) > 1:
            chosen = [min(groups, key=lambda group: (len(group.places), _distance(group)))]
        self._tell_whole(groups, chosen)
        used = {place for group in chosen for place in group.places}
        return {place: CALIBRATION if place in used else EVALUATION for place in range(len(self._names))}

    def _tell_whole(self, groups: Sequence[_Group], chosen: Sequence[_Group]) -> None:
        if 0 < self._percent < 100:
            self._warnings.append(
                f"Images that their annotations tie together lie in one part: {len(self._names)} images in "
                f"{len(groups)} groups, of which {len(chosen)} are for calibration."
            )

    def _moved(self, parts: Mapping[int, str]) -> dict[str, str]:
        return {
            self._names[place]: part
            for place, part in parts.items()
            if part != split_of(self._digests[place].hex(), self._percent)
        }

    def _root(self, node: Hashable) -> Hashable:
        while (parent := self._parents.get(node, node)) != node:
            self._parents[node] = self._parents.get(parent, parent)
            node = parent
        return node

    def _join(self, one: Hashable, other: Hashable) -> None:
        self._parents[self._root(one)] = self._root(other)


def _grouped(marks: Sequence[Hashable], digests: Sequence[bytes]) -> list[_Group]:
    """Places with equal marks, in the order in which they come."""
    found: dict[Hashable, list[int]] = {}
    for place, mark in enumerate(marks):
        found.setdefault(mark, []).append(place)
    return [_Group(min(digests[place] for place in places), tuple(places)) for places in found.values()]


def _distance(group: _Group) -> tuple[int, bytes]:
    """From calibration, as ``split_of`` counts it."""
    return percentile_of(group.key.hex()), group.key
