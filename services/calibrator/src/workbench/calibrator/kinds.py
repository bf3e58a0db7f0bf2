"""Four kinds of jobs: a recipe is worked out from facts; calibration, evaluation and trial run their cores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.calibrator.problems import NothingToScoreBy, QuantizedAlready, RecipeRefused
from workbench.jobs import Job, Kind, Made, core_version
from workbench.runner import Launch, Limits
from workbench.runner.values import device_type
from workbench.store import File, Manifest, Manifests, content_digest
from workbench.tasks.assumptions import assumptions
from workbench.tasks.catalogue import task_of
from workbench.tasks.default_recipe import NoDefaultRecipe, default_recipe
from workbench.tasks.guesses import tasks_of

GIB = 1 << 30
CALIBRATION_ITEMS = "calibration-items.jsonl"
# Of what goes through a whole dataset.
LONG = Limits(memory_bytes=16 * GIB, cpu_s=24 * 3600, file_bytes=8 * GIB, wall_s=12 * 3600, disk_bytes=32 * GIB)


def recipe_needs(request: dict[str, Any]) -> list[tuple[str, str]]:
    """What the defaults come from."""
    return [("model", request["model_id"]), *_optional("dataset", request["dataset_id"])]


def publish_recipe(job: Job, _result: dict[str, Any], _files: tuple[File, ...], manifests: Manifests) -> Made:
    """Only facts are read, never a model or an image: no core is needed. Raises RecipeRefused."""
    request = job.request
    model = manifests.get("model", request["model_id"])
    dataset = manifests.get("dataset", request["dataset_id"]).facts if request["dataset_id"] else None
    try:
        recipe = default_recipe(model.facts, dataset, request["overrides"])
    except NoDefaultRecipe as refusal:
        raise RecipeRefused(str(refusal), refusal.field) from refusal
    facts = {"recipe": recipe.to_json()}
    assumed = [each.to_json() for each in assumptions(model.facts, dataset, request["overrides"], recipe)]
    return Made("recipe", {**facts, "digest": content_digest(facts), "assumed": assumed}, parents=(model.id,))


def calibration_needs(request: dict[str, Any]) -> list[tuple[str, str]]:
    """Everything the core reads."""
    return [
        ("model", request["model_id"]),
        ("dataset", request["dataset_id"]),
        ("recipe", request["recipe_id"]),
        *_optional("dataset", request["exclude_dataset_id"]),
    ]


def check_calibration(_request: dict[str, Any], held: Sequence[Manifest]) -> None:
    """There must be something to quantize. Raises QuantizedAlready."""
    if next(each for each in held if each.kind == "model").facts.get("precision") == "INT8":
        raise QuantizedAlready


def plan_calibration(job: Job, manifests: Manifests) -> Launch:
    """Model, dataset, and the index of the dataset that must stay unseen."""
    request = job.request
    model = manifests.get("model", request["model_id"])
    inputs = model.inputs("model") | manifests.get("dataset", request["dataset_id"]).inputs("dataset")
    if request["exclude_dataset_id"]:
        unseen = manifests.get("dataset", request["exclude_dataset_id"])
        inputs["exclude/index.jsonl"] = unseen.file("index.jsonl").sha256
    spec = {
        "main_file": model.facts["main_file"],
        "recipe": manifests.get("recipe", request["recipe_id"]).facts["recipe"],
        **{name: request[name] for name in ("preset", "subset_size", "ignored_scope", "split")},
    }
    return Launch(
        "workbench.calibrator.quantize",
        spec=spec,
        inputs=inputs,
        limits=LONG,
        target=device_type(request.get("target")),
        env=request.get("env") or {},
    )


def publish_calibration(job: Job, result: dict[str, Any], files: tuple[File, ...], manifests: Manifests) -> Made:
    """An INT8 IR whose parent is the float one."""
    parent = manifests.get("model", job.request["model_id"])
    name = job.name or f"{parent.facts.get('name', 'model')}-int8"
    # It does what its parent does; null where an earlier release looked at that.
    inherited = {fact: parent.facts.get(fact) for fact in ("guesses", "built_in")}
    return Made("model", {**result, "name": name, "origin": "calibration", **inherited}, files, (parent.id,))


def evaluation_needs(request: dict[str, Any]) -> list[tuple[str, str]]:
    """Everything the core reads."""
    return [
        ("model", request["model_id"]),
        ("dataset", request["dataset_id"]),
        ("recipe", request["recipe_id"]),
        *_optional("model", request["reference_model_id"]),
        # Not there in a request that an earlier release accepted.
        *_optional("evaluation", request.get("against_evaluation_id")),
    ]


def check_evaluation(request: dict[str, Any], held: Sequence[Manifest]) -> None:
    """Something must tell what is right: annotations for the task of the recipe, or a reference model.

    Raises NothingToScoreBy.
    """
    if request["reference_model_id"]:
        return
    facts = {manifest.kind: manifest.facts for manifest in held}
    task, serves = facts["recipe"]["recipe"]["task"], tasks_of(facts["dataset"])
    if task_of(task).judged and not task_of(task).by_image and task not in serves:
        raise NothingToScoreBy(task, serves)


def plan_evaluation(job: Job, manifests: Manifests) -> Launch:
    """Model, dataset, the reference and the other evaluation if there are, the images that calibrated any of them."""
    request = job.request
    model = manifests.get("model", request["model_id"])
    inputs = model.inputs("model") | manifests.get("dataset", request["dataset_id"]).inputs("dataset")
    if request["reference_model_id"]:
        inputs |= manifests.get("model", request["reference_model_id"]).inputs("reference")
    if request.get("against_evaluation_id"):
        inputs |= manifests.get("evaluation", request["against_evaluation_id"]).inputs("against")
    calibrated = [file for file in model.files if file.name == CALIBRATION_ITEMS]
    inputs |= {f"calibrated/{file.name}": file.sha256 for file in calibrated}
    spec = {
        "main_file": model.facts["main_file"],
        "recipe": manifests.get("recipe", request["recipe_id"]).facts["recipe"],
        **{name: request[name] for name in ("device", "inference_precision", "split")},
        "metrics": None,
    }
    return _on_device("workbench.calibrator.evaluate", request, spec, inputs, LONG)


def publish_evaluation(job: Job, result: dict[str, Any], files: tuple[File, ...], manifests: Manifests) -> Made:
    """The metrics, bound to what was scored on what, and what they rest on that nobody said."""
    names = ("model_id", "dataset_id", "recipe_id", "reference_model_id", "target", "device")
    against = job.request.get("against_evaluation_id")
    facts = {
        **result,
        **{name: job.request[name] for name in names},
        "against_evaluation_id": against,
        **_rests_on(job, manifests),
    }
    return Made("evaluation", facts, files, (job.request["model_id"], job.request["dataset_id"]))


def trial_needs(request: dict[str, Any]) -> list[tuple[str, str]]:
    """Everything the core reads."""
    return [(kind, request[f"{kind}_id"]) for kind in ("model", "dataset", "recipe")]


def plan_trial(job: Job, manifests: Manifests) -> Launch:
    """Model and dataset; somebody looks at the screen meanwhile."""
    request = job.request
    model = manifests.get("model", request["model_id"])
    spec = {
        "main_file": model.facts["main_file"],
        "recipe": manifests.get("recipe", request["recipe_id"]).facts["recipe"],
        **{name: request[name] for name in ("device", "inference_precision", "images", "importance")},
    }
    limits = Limits(memory_bytes=16 * GIB, cpu_s=3600, file_bytes=GIB, wall_s=900, disk_bytes=4 * GIB)
    inputs = model.inputs("model") | manifests.get("dataset", request["dataset_id"]).inputs("dataset")
    return _on_device("workbench.calibrator.try_images", request, spec, inputs, limits)


def publish_trial(job: Job, result: dict[str, Any], files: tuple[File, ...], manifests: Manifests) -> Made:
    """What was said of each image, bound to what said it."""
    names = ("model_id", "dataset_id", "recipe_id", "target")
    facts = {**result, **{name: job.request[name] for name in names}, **_rests_on(job, manifests)}
    return Made("trial", facts, files, (job.request["model_id"], job.request["dataset_id"]))


def _rests_on(job: Job, manifests: Manifests) -> dict[str, Any]:
    """``assumed``: of the recipe; ``dataset_warnings``: what was noticed when the images were taken in."""
    recipe, dataset = (manifests.get(kind, job.request[f"{kind}_id"]).facts for kind in ("recipe", "dataset"))
    return {"assumed": recipe.get("assumed") or [], "dataset_warnings": dataset.get("warnings") or []}


def _on_device(
    core: str, request: dict[str, Any], spec: dict[str, Any], inputs: dict[str, str], limits: Limits
) -> Launch:
    """A core that infers where the request says; ``inputs``: digests by path."""
    return Launch(
        core,
        spec=spec,
        inputs=inputs,
        limits=limits,
        device=request["device"],
        target=device_type(request["target"]),
        env=request.get("env") or {},
    )


def _optional(kind: str, manifest_id: str | None) -> list[tuple[str, str]]:
    return [(kind, manifest_id)] if manifest_id else []


RECIPE = Kind("recipe", plan=lambda _job, _manifests: None, publish=publish_recipe, needs=recipe_needs, version="3")
CALIBRATION = Kind(
    "calibration",
    plan=plan_calibration,
    publish=publish_calibration,
    needs=calibration_needs,
    check=check_calibration,
    version=core_version("4", "openvino", "nncf", "numpy", "pillow"),
)
EVALUATION = Kind(
    "evaluation",
    plan=plan_evaluation,
    publish=publish_evaluation,
    needs=evaluation_needs,
    check=check_evaluation,
    version=core_version("5", "openvino", "numpy", "pillow"),
)
TRIAL = Kind(
    "trial",
    plan=plan_trial,
    publish=publish_trial,
    needs=trial_needs,
    version=core_version("3", "openvino", "numpy", "pillow"),
)
KINDS = (RECIPE, CALIBRATION, EVALUATION, TRIAL)
