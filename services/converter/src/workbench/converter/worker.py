"""Builds the working side: settings and adapters become a worker that also hears commands."""

from __future__ import annotations

from workbench.converter.kinds import CONVERSION, KINDS
from workbench.converter.schemas import ConversionRequest
from workbench.jobs import Adapters, Worker, accept_commands
from workbench.webapp.settings import Settings
from workbench.webapp.validate import validator


def create_worker(adapters: Adapters, settings: Settings) -> Worker:
    """The converter service's worker."""
    record = adapters.record("converter")
    accept_commands(record, CONVERSION, adapters.messages, validator(ConversionRequest))
    # Models are deleted at the registry, and count where they were made.
    adapters.messages.subscribe(["model.deleted"], record.uncount)
    return adapters.worker(record, KINDS, slots=settings.slots, lease_s=settings.lease_s)
