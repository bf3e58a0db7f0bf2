"""What a worker has room for, target by target: what waits for a full device takes no place from a free one.

A target is a device type, or the machine itself for what measures there; work that needs no device has none. Each
target has slots of its own, and of a device one place is kept for a team that has none yet: who has two hundred jobs
waiting delays another's first by what is under way, and no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

SPARE = 2  # jobs beyond what a target can take at once: they wait there, so that it never idles

Line = tuple[str, str]  # a team and a target


def _unlimited(_target: str) -> int | None:
    return None


@dataclass(frozen=True)
class Slots:
    """of_each: how many jobs of one target a worker carries out at a time. held: those that it does, by line.

    limit: how many jobs of a target may be under way in all workers together; None: any number. holding: the same jobs,
    by id and fence: whatever the clock says, a worker takes none from itself.
    """

    of_each: int
    held: Counter[Line] = field(default_factory=Counter)
    limit: Callable[[str], int | None] = _unlimited
    holding: frozenset[tuple[str, int]] = frozenset()

    def full(self) -> list[str]:
        """The targets for which this worker has no slot."""
        used = _by_target(self.held)
        return sorted(target for target, jobs in used.items() if jobs >= self.of_each)

    def places(self, under_way: Counter[Line]) -> Places:
        """What is still free. ``under_way``: in all workers, by line."""
        return Places(self, under_way)


class Places:
    """Free places, to be taken one by one."""

    def __init__(self, slots: Slots, under_way: Counter[Line]) -> None:
        self._limit = slots.limit
        self._here = _Use(slots.held)
        self._all = _Use(under_way)
        self._of_each = slots.of_each

    def take(self, line: Line) -> bool:
        """Whether the next job of this line has a place; from now on it is taken."""
        if not self._here.admits(line, self._of_each) or not self._all.admits(line, self._limit(line[1])):
            return False
        self._here.add(line)
        self._all.add(line)
        return True

    def take_back(self, line: Line) -> bool:
        """The same for a job that is under way already, whose worker is gone."""
        if not self._here.has_room(line[1], self._of_each):
            return False
        self._here.add(line)
        return True


class _Use:
    """How many places are taken, by line and by target."""

    def __init__(self, by_line: Counter[Line]) -> None:
        self._by_line, self._by_target = Counter(by_line), _by_target(by_line)

    def add(self, line: Line) -> None:
        self._by_line[line] += 1
        self._by_target[line[1]] += 1

    def has_room(self, target: str, most: int | None) -> bool:
        return most is None or self._by_target[target] < most

    def admits(self, line: Line, most: int | None) -> bool:
        """Not the last place of a device for a team that has others there."""
        target = line[1]
        if most is None or not target or most == 1:
            return self.has_room(target, most)
        return self.has_room(target, most) and self._by_line[line] < most - 1


def _by_target(by_line: Counter[Line]) -> Counter[str]:
    used = Counter[str]()
    for (_, target), jobs in by_line.items():
        used[target] += jobs
    return used
