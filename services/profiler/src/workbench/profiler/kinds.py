"""Two kinds of jobs: a look at the devices, and a measurement that has its device for itself."""

from __future__ import annotations

from typing import Any

from workbench.jobs import Job, Kind, Made
from workbench.runner import Launch, Limits
from workbench.runner.device_time import longest_launch_s, longest_measurement_s
from workbench.runner.values import device_type
from workbench.store import File, Manifests

GIB = 1 << 30
PREPARING_S = 1800  # reading the model and compiling it, in all launches together
COMPILING_S = 900  # and in one
_NOT_FOR_THE_CORE = ("model_id", "target")


def needs(request: dict[str, Any]) -> list[tuple[str, str]]:
    """The model must stay while it is measured."""
    return [("model", request["model_id"])]


def plan_profile(job: Job, manifests: Manifests) -> Launch:
    """The model's files and the configuration; exclusive, for nothing else may run meanwhile."""
    model = manifests.get("model", job.request["model_id"])
    options = {name: value for name, value in job.request.items() if name not in _NOT_FOR_THE_CORE}
    launch_s = longest_launch_s(options["duration_s"])
    all_s = longest_measurement_s(options["duration_s"], options["launches"],
                                  options.get("within_s") if options.get("until") else None)
    return Launch(
        "workbench.profiler.benchmark",
        spec={"main_file": model.facts["main_file"], "seed": 0, **options},
        inputs={f"model/{file.name}": file.sha256 for file in model.files},
        limits=Limits(memory_bytes=16 * GIB, cpu_s=int(3600 + 64 * all_s), file_bytes=GIB,
                      wall_s=int(PREPARING_S + all_s), turn_s=COMPILING_S + launch_s,
                      disk_bytes=16 * GIB),
        device=job.request["device"],
        exclusive=True,
        target=device_type(job.request["target"]),
    )  # fmt: skip


def publish_profile(job: Job, result: dict[str, Any], files: tuple[File, ...], _manifests: Manifests) -> Made:
    """The measurement, bound to the model it is of."""
    request = {"model_id": job.request["model_id"], "target": job.request["target"]}
    return Made("profile", {**result, **request, "device": job.request["device"]}, files, (job.request["model_id"],))


def plan_target(_job: Job, _manifests: Manifests) -> Launch:
    """Ask OpenVINO, in a process of its own: drivers may crash."""
    return Launch("workbench.profiler.targets", spec={}, inputs={}, device="AUTO",  # that it may open them all
                  limits=Limits(memory_bytes=8 * GIB, cpu_s=120, file_bytes=GIB, wall_s=120))  # fmt: skip


def publish_target(_job: Job, result: dict[str, Any], files: tuple[File, ...], _manifests: Manifests) -> Made:
    """What was found."""
    return Made("target", result, files)


PROFILE = Kind("profile", plan=plan_profile, publish=publish_profile, needs=needs, measures=True,
               target=lambda request: request["target"])  # fmt: skip
TARGET = Kind("target", plan=plan_target, publish=publish_target)
KINDS = (PROFILE, TARGET)
