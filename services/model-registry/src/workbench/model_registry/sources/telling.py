"""What a job says while it asks a source: how far it is, and for what it waits."""

from __future__ import annotations

import time
from typing import Any

from workbench.jobs import Conduct


class Telling:
    """Each time is a moment at which a cancel is obeyed."""

    def __init__(self, conduct: Conduct, **progress: Any) -> None:
        self.conduct = conduct
        self.progress = {"fraction": 0.0, **progress}
        conduct.report(self.progress)

    def report(self, fraction: float, message: str) -> None:
        """Of the whole job."""
        self.progress = {**self.progress, "fraction": round(fraction, 3), "message": message}
        self.conduct.report(self.progress)

    def wait(self, seconds: float, reason: str) -> None:
        """So long, saying why."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.conduct.report(self.progress, reason)
            self.conduct.sleep(min(left, 1.0))
        self.conduct.report(self.progress)
