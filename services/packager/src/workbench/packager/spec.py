"""Reads a package specification; what cannot become a package is refused by its field's name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from workbench.packager.values import DEFAULT_SAMPLES, Facts, PackageSpec, Variant
from workbench.runner.core import Refusal
from workbench.tasks import catalogue
from workbench.tasks.recipe import BadRecipe as RecipeError
from workbench.tasks.recipe import Recipe

MOST_SAMPLES = 100

# Given to compile_model again they make the same configuration. No other property leaves this machine: a
# cache folder or a log level is nobody else's.
_SETTABLE = (
    "PERFORMANCE_HINT", "PERFORMANCE_HINT_NUM_REQUESTS", "INFERENCE_PRECISION_HINT", "EXECUTION_MODE_HINT",
    "NUM_STREAMS", "INFERENCE_NUM_THREADS", "ENABLE_CPU_PINNING", "ENABLE_HYPER_THREADING",
    "SCHEDULING_CORE_TYPE",
)
# What the profile has to say in a package: not each launch and layer.
_PROFILE = (
    "throughput_fps", "latency_ms", "cpu_ms_per_request", "cpu_share", "load_ms", "compile_ms",
    "first_inference_ms", "peak_memory_bytes", "loop", "loop_reason", "notes", "trust", "provenance",
)
_EVALUATION = ("metrics", "items", "device", "configuration")
_SPEC_FIELDS = ("name", "variants", "recommended", "recipe", "labels", "samples")
_VARIANT_FIELDS = ("folder", "main_file", "precision", "profile", "evaluation", "configuration", "files")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_XML = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\.xml")


class BadSpec(Refusal):
    """The specification can't be used; ``field`` is the one at fault."""


class BadName(Refusal):
    """A name can't name a folder of the package; ``field`` and ``name`` say which."""


class NoVariants(Refusal):
    """A package needs at least one model."""


class DuplicateVariant(Refusal):
    """Two models would share a folder; ``name`` is its name."""


class BadRecipe(Refusal):
    """The recipe can't be used; ``field`` is the one at fault."""


def read_spec(document: Facts) -> PackageSpec:
    """The specification, checked; refuses with the field that is wrong and what would be accepted."""
    _require_known(document, _SPEC_FIELDS, "")
    variants = _variants(document.get("variants"))
    names = [variant.name for variant in variants]
    recommended = document.get("recommended", names[0])
    if recommended not in names:
        raise BadSpec(f"recommended: {recommended!r} is none of the variants {', '.join(names)}.",
                      field="recommended")
    return PackageSpec(
        name=_name(document.get("name"), "name"), variants=variants, recommended=recommended,
        recipe=_recipe(document.get("recipe"), document.get("labels")),
        samples=_samples(document.get("samples", DEFAULT_SAMPLES)),
    )


def _variants(listed: object) -> tuple[Variant, ...]:
    if not isinstance(listed, list) or not listed:
        raise NoVariants("variants: a package needs at least one model.", field="variants")
    variants = tuple(_variant(item, f"variants[{number}]") for number, item in enumerate(listed))
    seen: set[str] = set()
    for variant in variants:
        # Ignoring case: a package may be unpacked where the file system does.
        if variant.name.lower() in seen:
            raise DuplicateVariant(f"variants: two of them are named {variant.name!r}.", name=variant.name)
        seen.add(variant.name.lower())
    return variants


def _variant(document: object, path: str) -> Variant:
    if not isinstance(document, dict):
        raise BadSpec(f"{path}: must be an object.", field=path)
    _require_known(document, _VARIANT_FIELDS, f"{path}.")
    profile: Facts = document.get("profile") or {}
    configuration: Facts = document.get("configuration") or profile.get("configuration") or {}
    return Variant(
        name=_name(document.get("folder"), f"{path}.folder"),
        main_file=_main_file(document.get("main_file", "model.xml"), f"{path}.main_file"),
        precision=str(document.get("precision", "")),
        device=_device(profile),
        properties=_properties(configuration),
        infer_requests=configuration.get("requests"),
        loop=profile.get("loop"),
        files=document.get("files") or {},
        profile=_only(profile, _PROFILE) or None,
        evaluation=_only(document.get("evaluation") or {}, _EVALUATION) or None,
    )


def _properties(configuration: Facts) -> Facts:
    # The precision is never left to the device: its default decides about speed and about the outputs.
    return {"INFERENCE_PRECISION_HINT": "f32", **_only(configuration, _SETTABLE)}


def _device(profile: Facts) -> str:
    return str(profile.get("provenance", {}).get("spec", {}).get("device", "CPU"))


def _only(facts: Facts, names: Iterable[str]) -> Facts:
    return {name: facts[name] for name in names if name in facts}


def _name(value: object, field: str) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise BadName(f"{field}: {value!r} can't name a folder; letters, digits, dot, dash and underscore "
                      "can, beginning with a letter or digit, 64 at most.", field=field, name=value)
    return value


def _main_file(value: object, field: str) -> str:
    if not isinstance(value, str) or not _XML.fullmatch(value):
        raise BadName(f"{field}: {value!r} can't be an IR's file; a plain name such as model.xml can.",
                      field=field, name=value)
    return value


def _recipe(document: object, labels: Any) -> Facts:
    if isinstance(document, dict) and labels and not document.get("labels"):
        document = {**document, "labels": labels}
    try:
        return catalogue.check(Recipe.from_json(document)).to_json()
    except RecipeError as error:
        raise BadRecipe(f"{error}.", field=error.field) from error


def _samples(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_SAMPLES:
        raise BadSpec(f"samples: must be a whole number from 0 to {MOST_SAMPLES}, not {value!r}.",
                      field="samples")
    return value


def _require_known(document: Facts, known: tuple[str, ...], prefix: str) -> None:
    for name in document:
        if name not in known:
            raise BadSpec(f"{prefix}{name}: is unknown; accepted here are {', '.join(known)}.",
                          field=f"{prefix}{name}")
