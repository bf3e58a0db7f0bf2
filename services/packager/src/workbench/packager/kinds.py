"""The one kind of job here: chosen models with their records become a package."""

from __future__ import annotations

from typing import Any

from workbench.jobs import Job, Kind, Made
from workbench.runner import Launch, Limits
from workbench.store import File, Manifests

GIB = 1 << 30
IR_FILES = ("model.xml", "model.bin")


def needs(request: dict[str, Any]) -> list[tuple[str, str]]:
    """Everything that goes into the package."""
    named = [("recipe", request["recipe_id"]), ("dataset", request["dataset_id"])]
    for variant in request["variants"]:
        named += [
            ("model", variant["model_id"]),
            ("profile", variant["profile_id"]),
            ("evaluation", variant["evaluation_id"]),
        ]
    return [(kind, manifest_id) for kind, manifest_id in named if manifest_id]


def plan(job: Job, manifests: Manifests) -> Launch:
    """The IRs, their records, and a dataset to take samples from."""
    request = job.request
    recipe = manifests.get("recipe", request["recipe_id"]).facts
    notes = [f"{each['words']} ({each['sure']})" for each in recipe.get("assumed") or ()]
    inputs: dict[str, str] = {}
    variants = []
    for variant in request["variants"]:
        model = manifests.get("model", variant["model_id"])
        files = {file.name: file.sha256 for file in model.files if file.name in IR_FILES}
        inputs |= {f"variants/{variant['folder']}/{name}": sha256 for name, sha256 in files.items()}
        variants.append({**_variant(variant, model.facts, manifests), "files": files})
    if request["dataset_id"]:
        dataset = manifests.get("dataset", request["dataset_id"])
        inputs |= dataset.inputs("dataset")
        notes += [f"the dataset: {warning}" for warning in dataset.facts.get("warnings") or ()]
    spec = {
        "name": job.name,
        "variants": variants,
        "recommended": request["recommended"],
        "recipe": recipe["recipe"],
        "notes": notes,
        "samples": request["samples"],
        "undecided": request.get("undecided"),
    }
    limits = Limits(memory_bytes=8 * GIB, cpu_s=3600, file_bytes=32 * GIB, wall_s=3600, disk_bytes=96 * GIB)
    return Launch("workbench.packager.pack", spec=spec, inputs=inputs, limits=limits)


def _variant(variant: dict[str, Any], model: dict[str, Any], manifests: Manifests) -> dict[str, Any]:
    profile = manifests.get("profile", variant["profile_id"]).facts if variant["profile_id"] else None
    evaluation = manifests.get("evaluation", variant["evaluation_id"]).facts if variant["evaluation_id"] else None
    return {
        "folder": variant["folder"],
        "main_file": model["main_file"],
        "precision": model["precision"],
        "profile": profile,
        "evaluation": evaluation,
        "built_in": model.get("built_in") or [],
        "configuration": profile["configuration"] if profile else {},
    }


def publish(job: Job, result: dict[str, Any], files: tuple[File, ...], _manifests: Manifests) -> Made:
    """The archive and what is in it."""
    models = tuple(variant["model_id"] for variant in job.request["variants"])
    return Made("package", {**result, "name": job.name}, files, models)


PACKAGE = Kind("package", plan=plan, publish=publish, needs=needs)
KINDS = (PACKAGE,)
