"""Who may keep a thread of this process, and for what: no team can take all of them.

A request under way has a *turn*, for work or for waiting. Both kinds have so many places, and a team may take another
one as long as at least as many are free as it has: the first gets up to half, whoever comes later always finds some.
"""

from __future__ import annotations

import threading
from collections import Counter

from prometheus_client import Counter as Count
from prometheus_client import Gauge
from workbench.webapp.problems import TooManyRequests

# A wait keeps a thread for as long as it lasts (an event stream, `wait_s`); work should be short.
WAITING, WORKING = 120, 136
THREADS = WAITING + WORKING
UNDER_WAY = Gauge("workbench_turns", "Requests that keep a thread, by what for.", ["what"])
TURNED_AWAY = Count("workbench_turned_away", "Requests that found their team with too many under way.", ["what"])


class Share:
    """The places of one kind."""

    def __init__(self, what: str, places: int) -> None:
        self.places = places
        self._what = what
        self._held: Counter[str] = Counter()
        self._taken = 0
        self._lock = threading.Lock()

    def enter(self, team: str) -> bool:
        """Whether the team got another place."""
        with self._lock:
            if self._held[team] >= self.places - self._taken:
                TURNED_AWAY.labels(self._what).inc()
                return False
            self._add(team, 1)
            return True

    def come_back(self, team: str) -> None:
        """A place in any case: for who had one and is nearly done."""
        with self._lock:
            self._add(team, 1)

    def leave(self, team: str) -> None:
        """Give a place back."""
        with self._lock:
            self._add(team, -1)

    def _add(self, team: str, number: int) -> None:
        self._held[team] += number
        if not self._held[team]:
            del self._held[team]
        self._taken += number
        UNDER_WAY.labels(self._what).set(self._taken)


class Turns:
    """Both kinds."""

    def __init__(self, working: int = WORKING, waiting: int = WAITING) -> None:
        self.working, self.waiting = Share("work", working), Share("wait", waiting)

    def begin(self, team: str) -> Turn:
        """A turn for work. Raises TooManyRequests."""
        if not self.working.enter(team):
            raise TooManyRequests(self.working.places // 2)
        return Turn(self, team)


class Turn:
    """One request's. It must end."""

    def __init__(self, turns: Turns, team: str) -> None:
        self._turns, self._team = turns, team
        self._share: Share | None = turns.working

    def wait(self) -> bool:
        """From work to waiting, if there is a place."""
        if not self._turns.waiting.enter(self._team):
            return False
        self._turns.working.leave(self._team)
        self._share = self._turns.waiting
        return True

    def work(self) -> None:
        """Back from waiting."""
        self._turns.waiting.leave(self._team)
        self._turns.working.come_back(self._team)
        self._share = self._turns.working

    def end(self) -> None:
        """Once is enough, twice does no harm."""
        share, self._share = self._share, None
        if share is not None:
            share.leave(self._team)


# One for the process, however many services it serves.
TURNS = Turns()
