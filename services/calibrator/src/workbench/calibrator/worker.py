"""Builds the working side: settings and adapters become a worker that also hears commands."""

from __future__ import annotations

from typing import Any

from workbench.calibrator.kinds import CALIBRATION, EVALUATION, KINDS, RECIPE, TRIAL
from workbench.calibrator.schemas import CalibrationRequest, EvaluationRequest, RecipeRequest, TrialRequest
from workbench.jobs import Adapters, Worker, accept_commands
from workbench.targets.placement import Placement
from workbench.tasks.recipe import renewed
from workbench.webapp.settings import Settings
from workbench.webapp.validate import placing, validator


def create_worker(adapters: Adapters, settings: Settings) -> Worker:
    """The calibrator service's worker."""
    record = adapters.record("calibrator")
    on_target, anywhere = (
        placing(settings, adapters.store, place) for place in (Placement.only_if_asked, Placement.resolve_or_host)
    )
    accept_commands(record, CALIBRATION, adapters.messages, validator(CalibrationRequest), on_target)
    accept_commands(record, EVALUATION, adapters.messages, validator(EvaluationRequest), anywhere)
    accept_commands(record, TRIAL, adapters.messages, validator(TrialRequest), anywhere)
    validate_recipe = validator(RecipeRequest)
    accept_commands(record, RECIPE, adapters.messages, lambda data: validate_recipe(_renewed(data)))
    # Models are deleted at the registry, and count where they were made.
    adapters.messages.subscribe(["model.deleted"], record.uncount)
    return adapters.worker(record, KINDS, slots=settings.slots, lease_s=settings.lease_s)


def _renewed(data: dict[str, Any]) -> dict[str, Any]:
    """A command that an earlier release sent, or its pipeline sends again."""
    overrides = data.get("overrides")
    if not isinstance(overrides, dict):
        return data
    return {**data, "overrides": renewed(overrides, overrides.get("task"))}
