"""Work of many pieces, such as images: told as it goes on, and the device given back between two of them.

Whoever measures has the machine for itself, so everything that works longer than a turn has to let others in.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from workbench.runner.core import Run

_TELL_S = 0.5  # the runner keeps at most two rows a second
TURN_S = 10.0


class Pieces:
    """One stage of a run; ``start`` and ``end`` are its place in the whole, 0 to 1. ``waited_s``: for its turns."""

    def __init__(
        self, run: Run, stage: str, start: float, end: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._run, self._stage, self._start, self._end, self._clock = run, stage, start, end, clock
        self._told_at, self._turn_at = float("-inf"), clock()
        self.waited_s = 0.0

    def done(self, share: float, message: str, *, milestone: bool = False) -> None:
        """A piece is through: ``share`` of the stage is done. Call it where nothing is half written.

        milestone: tell it even where another was told just before.
        """
        now = self._clock()
        if milestone or share >= 1.0 or now - self._told_at >= _TELL_S:
            self._told_at = now
            self._run.progress(self._stage, self._start + (self._end - self._start) * share, message)
        if share < 1.0 and now - self._turn_at >= TURN_S:
            self._run.next_turn()
            self._turn_at = self._clock()
            self.waited_s += self._turn_at - now
