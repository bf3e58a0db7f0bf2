"""Which steps lead from a model to a package, and when each may start. Pure: facts in, commands out.

A step is named for what it does to which variant (``profile-int8``). It may start when the steps it
needs have succeeded; asking again with the same facts gives the same steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workbench.project.inputs import recipe_overrides
from workbench.project.plan import Plan
from workbench.project.values import Facts, Step

GENERATED_IMAGES = 100


@dataclass(frozen=True)
class Wanted:
    """A step that may start now."""

    name: str
    kind: str
    request: Facts


def wanted(plan: Plan, steps: Mapping[str, Step]) -> list[Wanted]:
    """Every step but the package that may start now and has not."""
    return [step for step in _all_that_may(plan, steps) if step.name not in steps]


def expected(plan: Plan) -> list[str]:
    """The names of all steps, so that progress is of the whole."""
    names = [f"convert-{name}" for name in plan.converted] + ["recipe"]
    if plan.dataset_id is None:
        names.append("generate")
    if not plan.quantized:
        names.append("calibrate-int8")
    names += [f"profile-{name}" for name in plan.variants]
    if plan.scored:
        names += [f"evaluate-{name}" for name in plan.variants if plan.labelled or name != plan.variants[0]]
    return [*names, "package"] if plan.request["package"] else names


def model_of(plan: Plan, steps: Mapping[str, Step], variant: str) -> str | None:
    """The id of a variant's model once it exists."""
    if variant == plan.brought:
        return plan.model_id
    return result_of(steps, f"convert-{variant}" if variant in plan.converted else f"calibrate-{variant}")


def is_scoring(step: str) -> bool:
    """Whether a step only says how good a variant is."""
    return step.startswith("evaluate-")


def result_of(steps: Mapping[str, Step], name: str) -> str | None:
    """The id of what a step has made; None while there is nothing."""
    step = steps.get(name)
    if step is None or step.state != "succeeded" or step.result is None:
        return None
    return str(step.result["id"])


def _all_that_may(plan: Plan, steps: Mapping[str, Step]) -> Iterator[Wanted]:
    for name in plan.converted:
        # What is not quantized of an INT8 model stays as precise as it is.
        precision = "FP32" if name == "int8" else name.upper()
        request = {"model_id": plan.model_id, "precision": precision, "inputs": plan.inputs}
        yield Wanted(f"convert-{name}", "conversion", request)
    baseline = model_of(plan, steps, plan.variants[0])
    if baseline is None:
        return
    overrides = recipe_overrides(plan.request)
    labels_of = plan.dataset_id if plan.labelled else None
    yield Wanted("recipe", "recipe", {"model_id": baseline, "dataset_id": labels_of, "overrides": overrides})
    yield from _calibration(plan, steps, baseline)
    for name in plan.variants:
        model_id = model_of(plan, steps, name)
        if model_id is not None:
            yield from _profile(plan, steps, name, model_id)
            yield from _evaluation(plan, steps, name, model_id, baseline)


def images_of(plan: Plan, steps: Mapping[str, Step]) -> str | None:
    """The dataset that images come from: the user's, or the generated one once it exists."""
    return plan.dataset_id or result_of(steps, "generate")


def _calibration(plan: Plan, steps: Mapping[str, Step], baseline: str) -> Iterator[Wanted]:
    recipe = result_of(steps, "recipe")
    if recipe is None:
        return
    if plan.dataset_id is None:
        yield _generation(plan)
    images = plan.request["calibration_dataset_id"] or images_of(plan, steps)
    if images is None or plan.quantized:
        return
    everything = plan.own_calibration_set or plan.dataset_id is None
    yield Wanted(
        "calibrate-int8",
        "calibration",
        {
            "model_id": baseline,
            "dataset_id": images,
            "recipe_id": recipe,
            "preset": plan.request["preset"],
            "subset_size": plan.request["subset_size"],
            "split": "all" if everything else "calibration",
            "exclude_dataset_id": plan.dataset_id if plan.own_calibration_set else None,
            # Not there in a request that an earlier release accepted.
            **({"target": plan.target} if plan.request.get("calibrate_on_target") else {}),
        },
    )


def _generation(plan: Plan) -> Wanted:
    """Images of the size the model takes: the last two dimensions that are not channels."""
    tensor = plan.model["inputs"][0]
    shape = plan.shapes.get(tensor["name"]) or plan.inputs.get(tensor["name"], {}).get("shape") or tensor["shape"]
    channels_last = (plan.inputs.get(tensor["name"], {}).get("layout") or tensor["layout"]) == "NHWC"
    sizes = shape[1:3] if channels_last else shape[-2:]
    height, width = sizes if len(shape) == 4 else (64, 64)
    return Wanted("generate", "dataset", {"count": GENERATED_IMAGES, "width": width, "height": height})


def _profile(plan: Plan, steps: Mapping[str, Step], name: str, model_id: str) -> Iterator[Wanted]:
    """The baseline's measures all variants in turns, so it waits for them; the others' are taken from it."""
    baseline = plan.variants[0]
    where = {"model_id": model_id, "target": plan.target, "device": plan.device}
    if plan.interleaved and name != baseline:
        source = result_of(steps, f"profile-{baseline}")
        if source is not None:
            yield Wanted(f"profile-{name}", "profile", {**where, "from_profile_id": source})
        return
    others = _others(plan, steps) if plan.interleaved else []
    if others is None:
        return
    configuration = {
        "hint": plan.request["objective"],
        "inference_precision": plan.request["inference_precision"],
        "duration_s": plan.request["duration_s"],
        "launches": plan.request["launches"],
        **{name: plan.request[name] for name in ("until", "within_s") if plan.request.get(name) is not None},
        **({"shapes": plan.shapes} if plan.shapes else {}),
    }
    beside = {"with_model_ids": others} if others else {}
    yield Wanted(f"profile-{name}", "profile", {**where, **configuration, **beside})


def _others(plan: Plan, steps: Mapping[str, Step]) -> list[str] | None:
    """The models of all variants but the baseline; None while one may still come."""
    found = []
    for name in plan.variants[1:]:
        model_id = model_of(plan, steps, name)
        if model_id is None and not _given_up(plan, steps, name):
            return None
        found += [model_id] if model_id else []
    return found


def _given_up(plan: Plan, steps: Mapping[str, Step], variant: str) -> bool:
    """Whether what would have made it has ended without."""
    maker = steps.get(f"convert-{variant}" if variant in plan.converted else f"calibrate-{variant}")
    return maker is not None and maker.ended


def _evaluation(plan: Plan, steps: Mapping[str, Step], name: str, model_id: str, baseline: str) -> Iterator[Wanted]:
    recipe = result_of(steps, "recipe")
    is_baseline = model_id == baseline
    against = result_of(steps, f"evaluate-{plan.variants[0]}")
    # With labels the others are compared with the baseline's answers, without them with the baseline itself.
    waits = plan.labelled and not is_baseline and against is None
    if recipe is None or not plan.scored or (is_baseline and not plan.labelled) or waits:
        return
    yield Wanted(
        f"evaluate-{name}",
        "evaluation",
        {
            "model_id": model_id,
            "dataset_id": plan.dataset_id,
            "recipe_id": recipe,
            "reference_model_id": None if plan.labelled else baseline,
            "against_evaluation_id": None if is_baseline else against,
            "target": plan.target,
            "device": plan.device,
            "inference_precision": plan.request["inference_precision"],
            "split": "all" if plan.own_calibration_set or plan.quantized else "evaluation",
        },
    )
