"""Three kinds of jobs: a look at the devices, a measurement that has its device for itself, and data for one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from workbench.jobs import Job, Kind, Made
from workbench.problems.common import RunRefused
from workbench.profiler import beforehand
from workbench.profiler.problems import MeasuredElsewhere, NotMeasuredTogether
from workbench.profiler.together import distinct, file_of, member, told
from workbench.profiler.values import TENSOR_FILE
from workbench.runner import Launch, Limits
from workbench.runner.device_time import Span, expected_measurement, longest_launch_s, longest_measurement_s
from workbench.runner.documents import MAX_BYTES
from workbench.runner.values import device_type
from workbench.store import File, Keys, Manifest, Manifests
from workbench.targets import here
from workbench.targets.machines import Machines
from workbench.targets.placement import Body, Placement

GIB = 1 << 30
PREPARING_S = 1800  # reading the model and compiling it, in all launches together
COMPILING_S = 900  # and in one
_NOT_FOR_THE_CORE = ("model_id", "target", "with_model_ids", "from_profile_id", "inputs", "env")


def placed(placement: Placement, body: Body) -> Body:
    """Where it is measured, and that this takes no longer than it may; what is measured already is where it is."""
    if body.get("from_profile_id"):
        return body
    return placement.measurement(body, models=len(models_of(body)))


def models_of(request: Body) -> list[str]:
    """The models that a request measures in turns, the profile's own first."""
    return [request["model_id"], *(request.get("with_model_ids") or [])]


def needs(request: dict[str, Any]) -> list[tuple[str, str]]:
    """The models and their data must stay while they are measured, and the profile while another is taken from it."""
    source = request.get("from_profile_id")
    fed = dict.fromkeys((request.get("inputs") or {}).values())
    return [
        *(("model", model_id) for model_id in models_of(request)),
        *([("profile", source)] if source else []),
        *(("tensor", tensor_id) for tensor_id in fed),
    ]


def check_profile(request: dict[str, Any], held: Sequence[Manifest]) -> None:
    """What the models take must be said; a profile can be taken from one that measured its model, too, and on no other
    device."""
    source = next((manifest for manifest in held if manifest.kind == "profile"), None)
    if source is None:
        facts = {kind: {held_.id: held_.facts for held_ in held if held_.kind == kind} for kind in ("model", "tensor")}
        beforehand.refuse(request, facts["model"], facts["tensor"])
        return
    if member(source.facts, request["model_id"]) is None:
        models = (source.facts.get("together") or {}).get("models") or []
        raise NotMeasuredTogether(source.id, request["model_id"], [each["model_id"] for each in models])
    for field in ("target", "device"):
        if request.get(field) != source.facts.get(field):
            raise MeasuredElsewhere(field, str(request.get(field)), str(source.facts.get(field)))


def plan_profile(job: Job, manifests: Manifests) -> Launch | None:
    """The models' files and the configuration; exclusive, for nothing else may run meanwhile. None where the profile is
    taken from another."""
    request = job.request
    if request.get("from_profile_id"):
        return None
    first, *others = (manifests.get("model", group[0]) for group in _groups(request, manifests))
    options = {name: value for name, value in request.items() if name not in _NOT_FOR_THE_CORE}
    beside = {"others": [model.facts["main_file"] for model in others]} if others else {}
    inputs = {f"model/{file.name}": file.sha256 for file in first.files}
    for number, model in enumerate(others):
        inputs |= {f"others/{number}/{file.name}": file.sha256 for file in model.files}
    fed = {name: f"tensors/{number}.npy" for number, name in enumerate(request.get("inputs") or {})}
    inputs |= {
        fed[name]: manifests.get("tensor", tensor_id).file(TENSOR_FILE).sha256
        for name, tensor_id in (request.get("inputs") or {}).items()
    }
    more = beside | ({"inputs": fed} if fed else {})
    return Launch(
        "workbench.profiler.benchmark",
        spec={"main_file": first.facts["main_file"], "seed": 0, **options, **more},
        inputs=inputs,
        limits=_limits(options, 1 + len(others)),
        device=request["device"],
        exclusive=True,
        target=device_type(request["target"]),
        env=request.get("env") or {},
    )


def publish_profile(job: Job, result: dict[str, Any], files: tuple[File, ...], manifests: Manifests) -> Made:
    """The measurement, bound to the model it is of."""
    request = job.request
    where = {"model_id": request["model_id"], "target": request["target"], "device": request["device"]}
    if request.get("from_profile_id"):
        found = _taken(manifests.get("profile", request["from_profile_id"]), request["model_id"], manifests)
        return Made("profile", {**found, **where}, parents=(request["model_id"],))
    facts = {name: value for name, value in result.items() if name not in ("others", "ratios")}
    return Made(
        "profile", {**facts, "together": _together(job, result, manifests), **where}, files, (request["model_id"],)
    )


def _together(job: Job, result: dict[str, Any], manifests: Manifests) -> dict[str, Any] | None:
    if not job.request.get("with_model_ids"):
        return None
    return told(job.id, _groups(job.request, manifests), result)


def _taken(source: Manifest, model_id: str, manifests: Manifests) -> dict[str, Any]:
    """The facts of a model that was measured with the source's own. Raises RunRefused where it was refused there."""
    model = member(source.facts, model_id)
    assert model is not None, "looked at when the job was accepted"
    if model["refusal"]:
        facts = dict(model["refusal"])
        raise RunRefused(facts.pop("kind", "Refused"), facts.pop("detail", "The model was refused."), facts)
    if model["place"] == 0:
        return source.facts
    file = source.file(file_of(model["place"]))
    if file.size_bytes > MAX_BYTES:
        raise RunRefused("ProfileTooLarge", f"The profile of model {model_id} has {file.size_bytes:,} bytes.", {})
    facts = json.loads(manifests.store.get(Keys(manifests.team).blob(file.sha256)))
    return {**facts, "together": source.facts["together"]}


def _groups(request: dict[str, Any], manifests: Manifests) -> list[list[str]]:
    """The models that are measured, each with those of the very same bytes."""
    ids = models_of(request)
    if len(ids) == 1:
        return [ids]
    return distinct(ids, {each: manifests.get("model", each).facts.get("digest") or each for each in ids})


def _limits(options: dict[str, Any], models: int) -> Limits:
    launch_s = longest_launch_s(options["duration_s"])
    all_s = longest_measurement_s(
        options["duration_s"], options["launches"], options.get("within_s") if options.get("until") else None, models
    )
    return Limits(
        memory_bytes=16 * GIB,
        cpu_s=int(3600 * models + 64 * all_s),
        file_bytes=GIB,
        wall_s=int(PREPARING_S * models + all_s),
        turn_s=COMPILING_S + launch_s,
        disk_bytes=16 * GIB,
    )


def _target(request: dict[str, Any]) -> str | None:
    """What is taken from another profile waits for no device."""
    return None if request.get("from_profile_id") else request["target"]


def takes(request: dict[str, Any]) -> Span | None:
    """What is taken from another profile takes no time to speak of."""
    return None if request.get("from_profile_id") else expected_measurement(request, len(models_of(request)))


def plan_target(job: Job, _manifests: Manifests) -> Launch:
    """Ask OpenVINO, in a process of its own: drivers may crash. On this machine, or on one that the team has."""
    return Launch(
        "workbench.profiler.targets",
        spec={},
        inputs={},
        device="AUTO",  # that it may open them all
        limits=Limits(memory_bytes=8 * GIB, cpu_s=120, file_bytes=GIB, wall_s=120),
        target=device_type(job.request.get("target")),
    )


def publish_target(job: Job, result: dict[str, Any], files: tuple[File, ...], manifests: Manifests) -> Made:
    """What was found, which every service is told, too."""
    machine = device_type(job.request.get("target"))
    if machine is None:
        here.tell(manifests.store, result["targets"][0], job.created_at)
    else:
        Machines(manifests.store).tell(job.team, machine, result["targets"][0], job.created_at)
    return Made("target", result, files)


def plan_tensor(job: Job, _manifests: Manifests) -> Launch:
    """The uploaded file, which nobody has looked into yet."""
    return Launch(
        "workbench.profiler.tensors",
        spec={"name": job.name},
        inputs={f"upload/{file['name']}": file["key"] for file in job.request["files"]},
        limits=Limits(memory_bytes=4 * GIB, cpu_s=600, file_bytes=16 * GIB, wall_s=600, disk_bytes=32 * GIB),
    )


def publish_tensor(job: Job, result: dict[str, Any], files: tuple[File, ...], _manifests: Manifests) -> Made:
    """An array with what is known of it."""
    return Made("tensor", {**result, "name": job.name}, files)


PROFILE = Kind(
    "profile",
    plan=plan_profile,
    publish=publish_profile,
    needs=needs,
    check=check_profile,
    measures=True,
    target=_target,
    takes=takes,
)
TARGET = Kind("target", plan=plan_target, publish=publish_target)
TENSOR = Kind("tensor", plan=plan_tensor, publish=publish_tensor)
KINDS = (PROFILE, TARGET, TENSOR)
