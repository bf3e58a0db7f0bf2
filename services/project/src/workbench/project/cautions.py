"""What the reader of a report is to know beside its figures, in words."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.project.inputs import takes_several
from workbench.project.plan import Plan
from workbench.project.values import Facts, Step
from workbench.store import Manifests


def cautions(plan: Plan, steps: Mapping[str, Step], manifests: Manifests) -> list[str]:
    """Of the optimization as a whole: what failed, was not measured, guessed, or noticed beforehand."""
    failed = [step for step in steps.values() if plan.is_optional(step.name) and step.state != "succeeded"]
    said = [
        f"There is no {step.name.rpartition('-')[2].upper()} variant: {step.name} failed: "
        f"{(step.error or {}).get('detail', step.state)}"
        for step in failed
    ]
    if plan.dataset_id is None:
        said.append("No dataset was given: inputs were generated, so the accuracy of INT8 is unknown.")
    elif not plan.labelled and plan.scored:
        said.append("The dataset has no labels: accuracy is the agreement with the most precise variant.")
    elif not plan.scored:
        said.append(f"Accuracy is not measured for the task {plan.request['task']}.")
    said += [
        f"The input {tensor['name']} takes {tensor['shape'][0]} pictures at once; the variants take one."
        for tensor in plan.model.get("inputs") or ()
        if takes_several(tensor)
    ]
    if guess := plan.request.get("guess"):
        said.append(f"The task was guessed: {guess['task']} is {guess['sure']}, {guess['why']}.")
    return said + _noticed(plan, manifests)


def _noticed(plan: Plan, manifests: Manifests) -> list[str]:
    """When model and images were taken in; the outputs rest on the one, scores and INT8 on the others."""
    request = plan.request
    named = {"dataset": request["dataset_id"], "calibration dataset": request["calibration_dataset_id"]}
    facts = {role: manifests.get("dataset", id).facts for role, id in named.items() if id}
    found = {"model": plan.model, **facts}
    return [f"The {role}: {warning}" for role, known in found.items() for warning in known.get("warnings") or ()]


def variant_cautions(plan: Plan, model: Facts) -> tuple[str, ...]:
    """Of one variant: how it was calibrated and converted. ``model``: its facts."""
    said = [*model.get("calibration", {}).get("warnings", []), *model.get("conversion", {}).get("warnings", [])]
    if "calibration" in model and plan.dataset_id is None:  # one that came as INT8 has none
        said.append("Calibrated on generated images: its accuracy is unknown.")
    return tuple(said)
