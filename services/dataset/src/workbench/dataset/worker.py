"""Builds the working side: settings and adapters become a worker that also hears commands."""

from __future__ import annotations

from workbench.dataset.kinds import DATASET, KINDS
from workbench.dataset.schemas import GenerationRequest
from workbench.jobs import Adapters, Worker, accept_commands
from workbench.webapp.settings import Settings
from workbench.webapp.validate import validator


def create_worker(adapters: Adapters, settings: Settings) -> Worker:
    """The dataset service's worker."""
    record = adapters.record("dataset")
    accept_commands(record, DATASET, adapters.messages, validator(GenerationRequest))
    return adapters.worker(record, KINDS, slots=settings.slots, lease_s=settings.lease_s)
