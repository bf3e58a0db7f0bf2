"""The kinds of jobs here: an upload, a wish for images, or some of a dataset's, or changed ones, become a canonical
dataset; a dataset becomes an archive in another layout.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.dataset import writing
from workbench.dataset.values import MOST_IMAGES, Augmentation
from workbench.jobs import Job, Kind, Made
from workbench.problems.common import InvalidRequest
from workbench.runner import Launch, Limits
from workbench.store import File, Manifest, Manifests, content_digest
from workbench.tasks.guesses import classes_of, tasks_of

GIB = 1 << 30
LIMITS = Limits(memory_bytes=4 * GIB, cpu_s=3600, file_bytes=64 * GIB, wall_s=7200, disk_bytes=192 * GIB)
_SHOWN = 20  # names in a refusal
_SOURCE = "Of the whole dataset: "


def needs(request: dict[str, Any]) -> list[tuple[str, str]]:
    """The dataset that a subset is taken of, or that is augmented."""
    return [("dataset", request["dataset_id"])] if "dataset_id" in request else []


def check(request: dict[str, Any], held: Sequence[Manifest]) -> None:
    """A subset must be of a task and classes that the dataset has, and copies be no more than a dataset may have."""
    if "dataset_id" not in request:
        return
    [source] = held
    if "methods" in request:
        _check_size(request, source)
        return
    serves, task = tasks_of(source.facts), request["task"]
    if task is not None and task not in serves:
        raise InvalidRequest({"task": f"the dataset is annotated for {', '.join(serves) or 'no task'}, not {task}"})
    there = classes_of(source.facts).get(task or next(iter(serves), ""), ())
    unknown = [name for name in request["classes"] if name not in there]
    if unknown:
        known = ", ".join(there[:_SHOWN]) + (" …" if len(there) > _SHOWN else "") or "none with a name"
        raise InvalidRequest({"classes": f"the dataset has no class {unknown[0]!r}; it has {known}"})


def _check_size(request: dict[str, Any], source: Manifest) -> None:
    """So many images must fit a dataset."""
    wanted = Augmentation(tuple(request["methods"]), request["copies"], originals=request["originals"])
    items, factor = int(source.facts["items"]), wanted.factor
    if items * factor > MOST_IMAGES:
        raise InvalidRequest(
            {"copies": f"the dataset has {items:,} images; {factor} of each would be more than {MOST_IMAGES:,}"}
        )


def plan(job: Job, manifests: Manifests) -> Launch:
    """An upload is ingested, a dataset augmented or subset; anything else is generated."""
    spec = dict(job.request)
    if source := spec.pop("dataset_id", None):
        inputs = manifests.get("dataset", source).inputs("dataset")
        core = "workbench.dataset.augment" if "methods" in spec else "workbench.dataset.subset"
        return Launch(core, spec=spec, inputs=inputs, limits=LIMITS)
    uploaded = spec.pop("files", None)
    if uploaded is None:
        return Launch("workbench.dataset.generate", spec=spec, inputs={}, limits=LIMITS)
    inputs = {f"upload/{file['name']}": file["key"] for file in uploaded}
    return Launch("workbench.dataset.ingest", spec=spec, inputs=inputs, limits=LIMITS)


def publish(job: Job, result: dict[str, Any], files: tuple[File, ...], manifests: Manifests) -> Made:
    """Shards and their index; a subset may have shards of its source, and what was odd there is odd here."""
    source, facts = job.request.get("dataset_id"), {name: each for name, each in result.items() if name != "shared"}
    if source:
        parent = manifests.get("dataset", source)
        files += tuple(parent.file(name) for name in result.get("shared", ()))
        facts["warnings"] = [*facts["warnings"], *(_of_source(each) for each in parent.facts.get("warnings", ()))]
    told = {**facts, "digest": content_digest(facts, files), "name": job.name}
    return Made("dataset", told, files, (source,) if source else ())


def _of_source(warning: str) -> str:
    return warning if warning.startswith(_SOURCE) else f"{_SOURCE}{warning}"


DATASET = Kind("dataset", plan=plan, publish=publish, needs=needs, check=check)


def export_needs(request: dict[str, Any]) -> list[tuple[str, str]]:
    """The dataset that is written."""
    return [("dataset", request["dataset_id"])]


def check_export(request: dict[str, Any], held: Sequence[Manifest]) -> None:
    """The layout must hold something of what the dataset is annotated for."""
    [source] = held
    serves = tasks_of(source.facts)
    tasks = writing.named(request["format"]).TASKS
    if not tasks or {*tasks} & {*serves}:
        return
    fit = [each.NAME for each in writing.LAYOUTS if not each.TASKS or {*each.TASKS} & {*serves}]
    raise InvalidRequest(
        {
            "format": f"{request['format']} holds annotations for {' and '.join(tasks)}; the dataset is "
            f"annotated for {', '.join(serves) or 'no task'}, and can be written as "
            f"{' or '.join(fit)}"
        }
    )


def plan_export(job: Job, manifests: Manifests) -> Launch:
    """The whole dataset, but not what is only looked at."""
    inputs = manifests.get("dataset", job.request["dataset_id"]).inputs("dataset")
    return Launch("workbench.dataset.export", spec={"format": job.request["format"]}, inputs=inputs, limits=LIMITS)


def publish_export(job: Job, result: dict[str, Any], files: tuple[File, ...], _manifests: Manifests) -> Made:
    """The archive."""
    return Made("export", {**result, "name": job.name}, files, (job.request["dataset_id"],))


EXPORT = Kind("export", plan=plan_export, publish=publish_export, needs=export_needs, check=check_export)
KINDS = (DATASET, EXPORT)
