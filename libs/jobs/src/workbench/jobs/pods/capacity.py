"""How many jobs of each target may be under way in a cluster: what it can take at once, and a few that wait there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from workbench.jobs.pods.dispatching import Place
from workbench.jobs.working.slots import SPARE

Told = Callable[[list[dict[str, Any]]], None]


class Capacity:
    """As it was counted last. ``measuring``: whether jobs of this service have a target for themselves."""

    def __init__(self, place: Place, told: Told | None, *, measuring: bool) -> None:
        self._place, self._told, self._measuring = place, told, measuring
        self._limits: dict[str, int | None] = {}
        self._asked = True

    def limit(self, target: str) -> int | None:
        """None: any number. Of a target that nobody has counted, or that has no node yet, as many as may wait there."""
        if not target:
            return None
        self._asked = True
        return self._limits.get(target, SPARE)

    def count(self) -> None:
        """Ask the cluster, if anybody wants to know."""
        if self._told is None and not self._asked:
            return
        self._asked = False
        targets = self._place.targets()
        self._limits = limits_of(targets, measuring=self._measuring)
        if self._told is not None:
            self._told(targets)


def limits_of(targets: Iterable[dict[str, Any]], *, measuring: bool) -> dict[str, int | None]:
    """By target. Of one without a resource nodes are counted, which only measurements have for themselves."""
    free = "free" if measuring else "unused"  # other work has devices beside a measurement, too
    return {
        target["id"]: target[free] + target["busy"] + SPARE if target["resource"] or measuring else None
        for target in targets
    }
