"""The one kind of job here: drive a pipeline by commands and events to its report."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from typing import Any

from workbench.jobs import Cancelled, Conduct, Kind, Made
from workbench.project.alike import measured_once
from workbench.project.cautions import cautions, variant_cautions
from workbench.project.expected import overall, takes
from workbench.project.objections import Constraints
from workbench.project.pipeline import Wanted, expected, images_of, is_scoring, model_of, result_of, wanted
from workbench.project.plan import Plan
from workbench.project.problems import StepFailed
from workbench.project.recommend import UNDECIDED, Recommendation, recommend
from workbench.project.report import now_rfc3339, report
from workbench.project.steps import Steps
from workbench.project.values import Facts, Step, Variant
from workbench.store import Manifests

LOOK_AGAIN_S = 20.0  # though nothing was heard: a bell may be lost
ASK_AGAIN_S = 5.0  # those that are to stop
STOPPING_S = 60.0  # for cancelled steps to end, before the optimization ends without them


def needs(request: dict[str, Any]) -> list[tuple[str, str]]:
    """What the pipeline starts from."""
    named = [
        ("model", request["model_id"]),
        ("dataset", request["dataset_id"]),
        ("dataset", request["calibration_dataset_id"]),
    ]
    return [(kind, manifest_id) for kind, manifest_id in named if manifest_id]


def plan_of(request: Facts, manifests: Manifests) -> Plan:
    """The request with the facts of what it starts from. Raises NotFound."""
    dataset_id = request["dataset_id"]
    return Plan(
        request=request,
        model_id=request["model_id"],
        model=manifests.get("model", request["model_id"]).facts,
        dataset_id=dataset_id,
        dataset=manifests.get("dataset", dataset_id).facts if dataset_id else None,
        target=request["target"],
        device=request["device"],
    )


def conduct(context: Conduct) -> Made:
    """From wherever the steps are now to the end; safe to begin again at any moment."""
    steps = Steps(context.engine, context.ring)
    try:
        return _Pipeline(context, steps).run()
    except (Cancelled, StepFailed):
        _stop_everything(context, steps)
        raise


class _Pipeline:
    """One optimization under way."""

    def __init__(self, context: Conduct, steps: Steps) -> None:
        self._context = context
        self._job = context.job
        self._steps = steps
        self._plan = plan_of(context.job.request, context.manifests)
        self._names = expected(self._plan)

    def run(self) -> Made:
        while True:
            steps = self._steps.of(self._job.id)
            self._refuse_failures(step for step in steps.values() if not is_scoring(step.name))
            due = wanted(self._plan, steps)
            if not due and all(step.ended for step in steps.values()):
                self._refuse_failures(steps.values())
                finished = self._finish(steps)
                if finished is not None:
                    return finished
            for one in due:
                self._start(one)
            self._steps.send_again(self._job.team, steps.values())
            self._context.report(*overall(self._names, steps))
            self._context.sleep(LOOK_AGAIN_S)

    def _start(self, step: Wanted) -> None:
        self._context.log(f"{step.name}: requested")
        self._steps.start(self._job.id, self._job.team, step)

    def _refuse_failures(self, among: Iterable[Step]) -> None:
        """Nothing follows from what could not be scored, but the speeds do not need it: they are measured first."""
        for step in among:
            if step.state in ("failed", "cancelled") and not self._plan.is_optional(step.name):
                cause = step.error or {"detail": f"it was {step.state}"}
                steps, reason = self._steps.of(self._job.id), f"{step.name} failed: {cause.get('detail')}"
                raise StepFailed(step.name, cause, self._measured(steps, reason))

    def _finish(self, steps: Mapping[str, Step]) -> Made | None:
        """The report; or None after starting the last step, which depends on the recommendation."""
        variants = self._variants(steps)
        request = self._job.request
        constraints = Constraints(request["objective"], request["max_latency_ms"], request["max_accuracy_drop"])
        recommendation = recommend(variants, constraints)
        package = None
        if request["package"] and recommendation.packaged is not None:
            package_id = result_of(steps, "package")
            if package_id is None:
                self._start(self._package(steps, recommendation))
                return None
            facts = self._context.manifests.get("package", package_id).facts
            package = {
                "id": package_id,
                "variant": recommendation.packaged.name,
                "sha256": facts["sha256"],
                "size_bytes": facts["size_bytes"],
            }
        facts = report(self._head(), variants, constraints, recommendation, package, self._cautions(steps))
        return Made("report", facts, parents=tuple(variant.model_id for variant in variants))

    def _measured(self, steps: Mapping[str, Step], reason: str) -> Facts | None:
        """A report of what there is although a step has failed; None before the first measurement."""
        variants = self._variants(steps)
        if not variants:
            return None
        request = self._job.request
        constraints = Constraints(request["objective"], request["max_latency_ms"], request["max_accuracy_drop"])
        return report(self._head(), variants, constraints, Recommendation(None, reason), None, self._cautions(steps))

    def _head(self) -> Facts:
        model, recipe = self._plan.model, self._recipe()
        return {
            "project_id": self._job.request["project_id"],
            "optimization_id": self._job.id,
            "created_at": now_rfc3339(),
            "model": {
                "id": self._plan.model_id,
                "name": model.get("name"),
                "digest": model["digest"],
                "format": model["format"],
            },
            "task": self._plan.request["task"],
            "guess": self._plan.request.get("guess"),
            "assumed": [*(self._plan.request.get("told") or []), *(recipe.get("assumed") or [])],
            "preparation": (recipe.get("recipe") or {}).get("preparation"),
            "target": self._plan.target,
            "device": self._plan.device,
        }

    def _recipe(self) -> Facts:
        """Its facts; nothing before there is one."""
        recipe_id = result_of(self._steps.of(self._job.id), "recipe")
        return self._context.manifests.get("recipe", recipe_id).facts if recipe_id else {}

    def _variants(self, steps: Mapping[str, Step]) -> list[Variant]:
        complete = [name for name in self._plan.variants if result_of(steps, f"profile-{name}")]
        return measured_once([self._variant(name, steps) for name in complete])

    def _variant(self, name: str, steps: Mapping[str, Step]) -> Variant:
        manifests = self._context.manifests
        model_id, profile_id = model_of(self._plan, steps, name), result_of(steps, f"profile-{name}")
        evaluation_id = result_of(steps, f"evaluate-{name}")
        assert model_id is not None, "a variant that was profiled has a model"
        assert profile_id is not None, "only profiled variants come here"
        model = manifests.get("model", model_id)
        weights = sum(file.size_bytes for file in model.files if file.name in ("model.xml", "model.bin"))
        return Variant(
            name,
            model_id,
            model.facts,
            weights,
            profile_id,
            manifests.get("profile", profile_id).facts,
            evaluation_id,
            manifests.get("evaluation", evaluation_id).facts if evaluation_id else None,
            variant_cautions(self._plan, model.facts),
        )

    def _package(self, steps: Mapping[str, Step], recommendation: Recommendation) -> Wanted:
        chosen = recommendation.packaged
        assert chosen is not None, "what to package was looked at before"
        variant = {
            "model_id": chosen.model_id,
            "profile_id": chosen.profile_id,
            "evaluation_id": chosen.evaluation_id,
            "folder": chosen.name,
        }
        return Wanted(
            "package",
            "package",
            {
                "name": package_name(self._plan.model.get("name") or "model", chosen.name),
                "variants": [variant],
                "recommended": chosen.name,
                "undecided": recommendation.reason if recommendation.decision == UNDECIDED else None,
                "recipe_id": result_of(steps, "recipe"),
                "dataset_id": images_of(self._plan, steps),
            },
        )

    def _cautions(self, steps: Mapping[str, Step]) -> list[str]:
        return cautions(self._plan, steps, self._context.manifests)


def package_name(model: str, variant: str) -> str:
    """A folder name that every file system takes."""
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in model.lower()).strip("-")
    return f"{kept[:40] or 'model'}-{variant}"


def _stop_everything(context: Conduct, steps: Steps) -> None:
    """Cancel what still runs, and see it end: a cancelled optimization leaves nothing behind that computes.

    Any job's bell ends a sleep, so the time is counted, not the sleeps.
    """
    deadline = time.monotonic() + STOPPING_S
    ask_again = -math.inf
    while time.monotonic() < deadline:
        running = {name: step for name, step in steps.of(context.job.id).items() if not step.ended}
        if not running:
            return
        if time.monotonic() >= ask_again:
            steps.cancel(context.job.team, running)
            ask_again = time.monotonic() + ASK_AGAIN_S
        context.sleep(ASK_AGAIN_S)


OPTIMIZATION = Kind(
    "optimization", conduct=conduct, needs=needs, max_attempts=50, target=lambda _request: None, takes=takes
)
KINDS = (OPTIMIZATION,)
