"""Builds the working side: settings and adapters become a worker that also hears commands."""

from __future__ import annotations

from workbench.jobs import Adapters, Worker, accept_commands
from workbench.packager.kinds import KINDS, PACKAGE
from workbench.packager.schemas import PackageRequest
from workbench.webapp.settings import Settings
from workbench.webapp.validate import validator


def create_worker(adapters: Adapters, settings: Settings) -> Worker:
    """The packager service's worker."""
    record = adapters.record("packager")
    accept_commands(record, PACKAGE, adapters.messages, validator(PackageRequest))
    return adapters.worker(record, KINDS, slots=settings.slots, lease_s=settings.lease_s)
