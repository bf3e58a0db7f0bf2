"""Builds the working side: a worker that conducts pipelines, and hears what their steps answer."""

from __future__ import annotations

from functools import partial

from workbench.jobs import Adapters, Worker
from workbench.project.kinds import KINDS
from workbench.project.migrations import HERE
from workbench.project.steps import hear
from workbench.webapp.settings import Settings

STEP_KINDS = ("conversion", "recipe", "dataset", "calibration", "profile", "evaluation", "package")
WORDS = ("running", "succeeded", "failed", "cancelled", "rejected")


def create_worker(adapters: Adapters, settings: Settings) -> Worker:
    """The project service's worker."""
    record = adapters.record("project", HERE)
    adapters.messages.subscribe([f"{kind}.{word}" for kind in STEP_KINDS for word in WORDS], partial(hear, record))
    return adapters.worker(record, KINDS, slots=settings.conductors, lease_s=settings.lease_s)
