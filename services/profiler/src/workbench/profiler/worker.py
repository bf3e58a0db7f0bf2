"""Builds the working side: settings and adapters become a worker that also hears commands."""

from __future__ import annotations

import time
from typing import Any

import marshmallow as ma
from workbench.jobs import Adapters, Worker, accept_commands
from workbench.profiler.kinds import KINDS, PROFILE, TARGET, placed
from workbench.profiler.schemas import ProfileRequest
from workbench.targets.census import announce
from workbench.webapp.settings import Settings
from workbench.webapp.validate import placing, validator


def create_worker(adapters: Adapters, settings: Settings) -> Worker:
    """The profiler service's worker."""
    record = adapters.record("profiler")
    place = placing(settings, adapters.store, placed)
    accept_commands(record, PROFILE, adapters.messages, validator(ProfileRequest), place)
    accept_commands(record, TARGET, adapters.messages, validator(ma.Schema))  # there is nothing to ask for

    def tell(targets: list[dict[str, Any]]) -> None:
        announce(adapters.store, targets, time.time())

    return adapters.worker(record, KINDS, slots=settings.slots, lease_s=settings.lease_s, told=tell)
