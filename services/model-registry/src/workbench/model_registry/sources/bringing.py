"""The first half of a model's job when the model is elsewhere: every file of it into staging, under one limit."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench.jobs import Conduct
from workbench.model_registry.sources.asking import Asking, patiently
from workbench.model_registry.sources.download import Terms, download
from workbench.model_registry.sources.problems import TooLargeToBring
from workbench.model_registry.sources.telling import Telling
from workbench.model_registry.sources.values import PATIENT, Listing, Pace, shown
from workbench.store import Keys, Store

TELL_S = 0.5
MEGABYTE = 1e6


@dataclass(frozen=True)
class Bringing:
    """What every download of this process shares.

    listing: what a request's source has, for a team. reserve: room for so many bytes of a team's job; raises
    a Problem when there is none.
    """

    store: Store
    asking: Asking
    listing: Callable[[dict[str, Any], str], Listing]
    reserve: Callable[[str, str, int], None]
    limit_bytes: int
    pace: Pace = PATIENT

    def __call__(self, conduct: Conduct) -> dict[str, Any]:
        """The staged files, as an upload's request lists them, and what the source told of them.

        Raises Problems, Cancelled, LeaseLost.
        """
        job, done, files = conduct.job, 0, list[dict[str, Any]]()
        listing = self._listed(conduct)
        self._refuse_too_large(listing)
        for number, remote in enumerate(listing.files):
            telling = _Telling(conduct, number, len(listing.files), remote.name)
            terms = Terms(self.limit_bytes - done, self._reserving(conduct, done, telling), telling.wait, self.pace)
            key = Keys(job.team).upload(job.id, f"source/{number}-{remote.checksum.hex[:16]}")
            conduct.log(f"{remote.name}: from {shown(remote.url)}")
            sha256, size = download(self.store, key, remote, self.asking, terms)
            conduct.log(f"{remote.name}: {size} bytes, {remote.checksum.algorithm.upper()} as declared")
            files.append({"name": remote.name, "key": key, "sha256": sha256, "size_bytes": size})
            done += size
        return {"files": files, "told": listing.told}

    def _listed(self, conduct: Conduct) -> Listing:
        job = conduct.job
        telling = _Telling(conduct, 0, 1, job.request["source"])
        return patiently(lambda: self.listing(job.request, job.team), job.request["source"], self.pace, telling.wait)

    def _refuse_too_large(self, listing: Listing) -> None:
        if sum(remote.size_bytes or 0 for remote in listing.files) > self.limit_bytes:
            raise TooLargeToBring(shown(listing.files[0].url), self.limit_bytes)

    def _reserving(self, conduct: Conduct, done: int, telling: _Telling) -> Callable[[int, int | None], None]:
        """Tells, and sees to it that what comes is counted before it is here: all of it, or as it grows."""
        counted = 0

        def told(here: int, total: int | None) -> None:
            nonlocal counted
            needed = max(total or 0, here)
            if needed > counted:
                counted = needed if total else needed * 2  # of unknown size: seldom, not with each chunk
                self.reserve(conduct.job.team, conduct.job.id, done + counted)
            telling.told(here, total)

        return told


class _Telling(Telling):
    """How far one file is, at most twice a second."""

    def __init__(self, conduct: Conduct, number: int, files: int, name: str) -> None:
        super().__init__(conduct, stage="download", fraction=number / files, message=name)
        self._number, self._files, self._name = number, files, name
        self._said_at = 0.0

    def told(self, here: int, total: int | None) -> None:
        if time.monotonic() - self._said_at < TELL_S:
            return
        of = f" of {total / MEGABYTE:.1f}" if total else ""
        share = here / total if total else 0.0
        self.report((self._number + share) / self._files, f"{self._name}: {here / MEGABYTE:.1f}{of} MB")
        self._said_at = time.monotonic()
