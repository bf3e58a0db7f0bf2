"""When outputs count as the same: recorded once when the package was made, compared wherever it runs.

Processors add in different orders and some multiply INT8 with less headroom, so numbers may differ by a
tolerance: the largest difference, as a part of the recorded output's largest magnitude. A classifier's first
class must be the same, unless the two best were recorded so close that this tolerance could swap them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from imaging.postprocess import class_scores
from imaging.recipe import Recipe
from inference import Loaded, infer, load, score_output
from package import ROOT, manifest, read

EXPECTED = "samples/expected.json"

# By executed precision: float32 differs by rounding alone; INT8 by the processor's instructions.
_TOLERANCES = {"f32": 1e-3, "f16": 2e-2, "bf16": 5e-2}
_INT8_TOLERANCE = 0.1
# Larger outputs are compared at this many evenly spread places.
_MOST_VALUES = 4096


def tolerance(variant: dict[str, Any]) -> float:
    """The largest allowed difference of a variant's outputs, as a part of their largest magnitude."""
    if variant["precision"] in ("INT8", "mixed"):
        return _INT8_TOLERANCE
    executed_in = variant["configuration"]["properties"]["INFERENCE_PRECISION_HINT"]
    return _TOLERANCES.get(executed_in, _INT8_TOLERANCE)


def record(variant: dict[str, Any], samples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What ``samples/expected.json`` holds for a variant: its outputs on every sample, here and now."""
    loaded = load(variant, Recipe.from_json(manifest()["recipe"]))
    return [_seen(loaded, sample) for sample in samples]


def compare(variant: dict[str, Any], loaded: Loaded) -> dict[str, Any]:
    """Run the variant on all samples; ``mismatches`` says in words what differs from the record."""
    expected = read(EXPECTED)
    allowed = tolerance(variant)
    largest, mismatches = 0.0, []
    for sample, recorded in zip(expected["samples"], expected["outputs"][variant["name"]], strict=True):
        difference, problems = _difference(recorded, _seen(loaded, sample), allowed)
        largest = max(largest, difference)
        mismatches += [f"{sample['file']}: {problem}" for problem in problems]
    return {"samples": len(expected["samples"]), "largest_difference": largest, "tolerance": allowed,
            "mismatches": mismatches}


def _seen(loaded: Loaded, sample: dict[str, Any]) -> dict[str, Any]:
    arrays = infer(loaded, (ROOT / sample["file"]).read_bytes())
    seen: dict[str, Any] = {"outputs": [_thinned(array) for array in arrays]}
    if loaded.recipe.task == "classification":
        seen["first"] = _first(class_scores(arrays[score_output(loaded)]))
    return seen


def _thinned(array: np.ndarray) -> dict[str, Any]:
    step = -(-array.size // _MOST_VALUES) or 1
    # Not a number and infinity are no JSON; they become zero and the largest numbers, here as in the record.
    values = np.nan_to_num(array.reshape(-1)[::step].astype(np.float64), posinf=1e30, neginf=-1e30)
    return {"shape": list(array.shape), "step": step, "values": [float(f"{value:.6g}") for value in values]}


def _first(scores: np.ndarray) -> dict[str, Any]:
    """The best class and how far it leads, as a part of the scores' largest magnitude."""
    ranked = np.sort(scores)[::-1]
    lead = float(ranked[0] - ranked[1]) if ranked.size > 1 else float("inf")
    return {"class": int(np.argmax(scores)), "lead": float(f"{min(lead / _magnitude(scores), 2.0):.6g}")}


def _difference(recorded: dict[str, Any], seen: dict[str, Any], allowed: float) -> tuple[float, list[str]]:
    largest, problems = 0.0, []
    for number, (then, now) in enumerate(zip(recorded["outputs"], seen["outputs"], strict=True)):
        if then["shape"] != now["shape"]:
            problems.append(f"output {number} has the shape {now['shape']}, {then['shape']} was recorded")
            continue
        before = np.array(then["values"])
        relative = float(np.max(np.abs(before - np.array(now["values"])), initial=0.0)) / _magnitude(before)
        largest = max(largest, relative)
        if relative > allowed:
            problems.append(f"output {number} differs by {relative:.2g} of its magnitude, {allowed:g} is "
                            "allowed")
    problems += _class_problems(recorded.get("first"), seen.get("first"), allowed)
    return largest, problems


def _class_problems(then: dict[str, Any] | None, now: dict[str, Any] | None, allowed: float) -> list[str]:
    if then is None or now is None or then["class"] == now["class"] or then["lead"] <= 2 * allowed:
        return []
    return [f"the first class is {now['class']}, {then['class']} was recorded"]


def _magnitude(values: np.ndarray) -> float:
    return float(np.max(np.abs(values), initial=0.0)) or 1.0
