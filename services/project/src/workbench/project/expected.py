"""How long an optimization takes, as far as its request says, and how far it is. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.project.values import Facts, Step
from workbench.runner.device_time import Span, expected_measurement


def takes(request: Facts) -> Span | None:
    """Its measuring; unknown of a request that an earlier release accepted."""
    return expected_measurement(request, request["models"]) if "models" in request else None


def overall(names: list[str], steps: Mapping[str, Step]) -> tuple[Facts, str | None]:
    """Progress of the whole: the mean over all steps; and what the running ones wait for, if all do."""
    done = sum(_fraction(steps.get(name)) for name in names)
    active = [step for step in steps.values() if not step.ended]
    going = [step for step in active if step.progress and not step.waiting_for]
    shown = going or active
    words = [f"{step.name}: {(step.progress or {}).get('message') or step.state}" for step in shown]
    waiting = [step.waiting_for for step in active if step.waiting_for]
    progress = {
        "stage": ", ".join(step.name for step in shown) or "planning",
        "fraction": round(done / max(len(names), 1), 4),
        "message": "; ".join(words),
    }
    return progress, waiting[0] if waiting and not going else None


def _fraction(step: Step | None) -> float:
    if step is None:
        return 0.0
    return 1.0 if step.ended else float((step.progress or {}).get("fraction", 0.0))
