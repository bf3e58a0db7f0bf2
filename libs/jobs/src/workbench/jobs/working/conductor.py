"""What a job may do that only drives other jobs: say how far it is, keep a log, wait for news."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine
from workbench.jobs.job import Job
from workbench.jobs.record.jobs import Jobs
from workbench.jobs.working import lease
from workbench.store import Manifests


@dataclass
class Conductor:
    """See Conduct."""

    record: Jobs
    job: Job
    manifests: Manifests
    _said: tuple[dict[str, Any], str | None] | None = None
    _heard: int = 0

    @property
    def engine(self) -> Engine:
        """See Conduct.engine."""
        return self.record.engine

    def ring(self) -> None:
        """See Conduct.ring."""
        self.record.ring()

    def report(self, progress: dict[str, Any], waiting_for: str | None = None) -> None:
        """See Conduct.report."""
        if (progress, waiting_for) == self._said:
            lease.check(self.record, self.job)
            return
        lease.report(self.record, self.job, progress, waiting_for)
        self._said = (progress, waiting_for)

    def log(self, text: str) -> None:
        """See Conduct.log."""
        stamp = time.strftime("%H:%M:%S", time.gmtime())
        lease.append_log(self.record, self.job, f"{stamp} {text}\n")

    def sleep(self, timeout_s: float) -> None:
        """See Conduct.sleep."""
        messages, bell = self.record.messages, self.record.bell_of(self.job.id)
        messages.wait(bell, self._heard, timeout_s)
        self._heard = messages.heard(bell)
