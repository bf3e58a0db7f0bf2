"""The specification becomes what a package is made from; of records only what may leave this machine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workbench.fields import BadSpec, checked
from workbench.packager.spec import SpecSchema
from workbench.packager.values import PackageSpec, Variant
from workbench.tasks import catalogue
from workbench.tasks.recipe import BadRecipe, Recipe

# Given to compile_model again they make the same configuration. No other property leaves this machine: a
# cache folder or a log level is nobody else's.
_SETTABLE = (
    "PERFORMANCE_HINT",
    "PERFORMANCE_HINT_NUM_REQUESTS",
    "INFERENCE_PRECISION_HINT",
    "EXECUTION_MODE_HINT",
    "NUM_STREAMS",
    "INFERENCE_NUM_THREADS",
    "ENABLE_CPU_PINNING",
    "ENABLE_HYPER_THREADING",
    "SCHEDULING_CORE_TYPE",
)
# What the profile has to say in a package: not each launch and layer.
_PROFILE = (
    "throughput_fps",
    "latency_ms",
    "cpu_ms_per_request",
    "cpu_share",
    "load_ms",
    "compile_ms",
    "first_inference_ms",
    "peak_memory_bytes",
    "loop",
    "loop_reason",
    "notes",
    "trust",
    "provenance",
)
_EVALUATION = ("metrics", "items", "device", "configuration")


def read_spec(document: object) -> PackageSpec:
    """The specification, checked. Raises BadSpec."""
    spec = checked(SpecSchema(), document)
    return PackageSpec(
        spec["name"],
        tuple(map(_variant, spec["variants"])),
        spec["recommended"],
        _recipe(spec["recipe"]),
        spec["samples"],
        spec["undecided"],
        tuple(spec["notes"]),
    )


def _variant(spec: dict[str, Any]) -> Variant:
    profile = spec["profile"] or {}
    configuration = spec["configuration"] or profile.get("configuration") or {}
    return Variant(
        name=spec["folder"],
        main_file=spec["main_file"],
        precision=spec["precision"],
        device=str(profile.get("provenance", {}).get("spec", {}).get("device", "CPU")),
        # The precision is never left to the device: its default decides about speed and about the outputs.
        properties={"INFERENCE_PRECISION_HINT": "f32", **_only(configuration, _SETTABLE)},
        executed=configuration.get("executed"),
        infer_requests=configuration.get("requests"),
        loop=profile.get("loop"),
        files=spec["files"],
        profile={**_only(profile, _PROFILE), **_together(profile)} or None,
        evaluation=_only(spec["evaluation"] or {}, _EVALUATION) or None,
        built_in=tuple(spec["built_in"]),
    )


def _together(profile: dict[str, Any]) -> dict[str, Any]:
    """In which job it was measured in turns with others, and its ratios to them; nothing where it was alone."""
    together, model = profile.get("together"), profile.get("model_id")
    if not together:
        return {}
    return {
        "together": {
            "profile_id": together["profile_id"],
            "model_id": model,
            "ratios": together["ratios"].get(model) or {},
        }
    }


def _only(facts: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: facts[name] for name in names if name in facts}


def _recipe(document: dict[str, Any]) -> dict[str, Any]:
    try:
        return catalogue.check(Recipe.from_json(document)).to_json()
    except BadRecipe as bad:
        raise BadSpec(f"recipe.{bad.field}: {bad}.", field=f"recipe.{bad.field}") from bad
