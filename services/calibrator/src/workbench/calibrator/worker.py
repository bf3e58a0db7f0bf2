"""Builds the working side: settings and adapters become a worker that also hears commands."""

from __future__ import annotations

from workbench.calibrator.schemas import CalibrationRequest, EvaluationRequest, RecipeRequest
from workbench.calibrator.tasks import CALIBRATION, EVALUATION, KINDS, RECIPE
from workbench.jobs import Adapters, Worker, accept_commands
from workbench.webapp.settings import Settings
from workbench.webapp.validate import validator


def create_worker(adapters: Adapters, settings: Settings) -> Worker:
    """The calibrator service's worker."""
    record = adapters.record("calibrator")
    accept_commands(record, CALIBRATION, adapters.messages, validator(CalibrationRequest))
    accept_commands(record, EVALUATION, adapters.messages, validator(EvaluationRequest))
    accept_commands(record, RECIPE, adapters.messages, validator(RecipeRequest))
    return adapters.worker(record, KINDS, slots=settings.slots, lease_s=settings.lease_s)
