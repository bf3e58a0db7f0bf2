"""The one kind of job here: a model becomes an IR."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.converter.problems import NoSuchInput, NothingLeftOpen
from workbench.jobs import Job, Kind, Made, core_version
from workbench.runner import Launch, Limits
from workbench.store import File, Manifest, Manifests

GIB = 1 << 30


def needs(request: dict[str, Any]) -> list[tuple[str, str]]:
    """The model must stay while it is converted."""
    return [("model", request["model_id"])]


def check(request: dict[str, Any], held: Sequence[Manifest]) -> None:
    """Of what is asked about inputs: whether the model has them, and one is left.

    Raises NoSuchInput, NothingLeftOpen.
    """
    [model] = held
    # Null where an earlier release did not look at them.
    known = [tensor["name"] for tensor in model.facts.get("inputs") or ()]
    for name in request["inputs"]:
        if known and name not in known:
            raise NoSuchInput(f"inputs.{name}", known)
    frozen = [name for name, asked in request["inputs"].items() if asked.get("value") is not None]
    if known and len(frozen) == len(known):
        raise NothingLeftOpen(f"inputs.{frozen[0]}.value")


def plan(job: Job, manifests: Manifests) -> Launch:
    """Every file of the model, and what to do to it."""
    model = manifests.get("model", job.request["model_id"])
    return Launch(
        "workbench.converter.convert",
        spec={
            "main_file": model.facts["main_file"],
            "precision": job.request["precision"],
            "inputs": job.request["inputs"],
            # Not there in a request that an earlier release accepted.
            "outputs": job.request.get("outputs", []),
            "batch": job.request.get("batch"),
        },
        inputs={f"model/{file.name}": file.sha256 for file in model.files},
        limits=Limits(memory_bytes=12 * GIB, cpu_s=1800, file_bytes=8 * GIB, wall_s=1800, disk_bytes=24 * GIB),
    )


def publish(job: Job, result: dict[str, Any], files: tuple[File, ...], manifests: Manifests) -> Made:
    """An IR whose parent is what it was converted from."""
    parent = manifests.get("model", job.request["model_id"])
    name = job.name or f"{parent.facts.get('name', 'model')}-{job.request['precision'].lower()}"
    # It does what its parent does; null where an earlier release looked at that.
    facts = {**result, "name": name, "origin": "conversion", "guesses": parent.facts.get("guesses")}
    built_in = [*_built_in(job.request["inputs"]), *parent.facts.get("built_in", ())]
    return Made("model", {**facts, "built_in": built_in}, files, (parent.id,))


def _built_in(inputs: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """What is now inside the model, in the order it is applied: nobody may do it again before."""
    resized = {name: {"resize": asked["resize"]} for name, asked in inputs.items() if asked.get("resize")}
    steps = [
        {
            "input": name,
            **resized.get(name, {}),
            **{step: asked.get(step) for step in ("reverse_channels", "mean", "scale")},
        }
        for name, asked in inputs.items()
    ]
    return [step for step in steps if any(value for what, value in step.items() if what != "input")]


_VERSION = core_version("3", "openvino", "onnxruntime")
CONVERSION = Kind("conversion", plan=plan, publish=publish, needs=needs, check=check, version=_VERSION)
KINDS = (CONVERSION,)
