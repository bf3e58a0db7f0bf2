"""When outputs count as the same: recorded once when the package was made, compared wherever it runs.

Processors add in different orders and some multiply INT8 with less headroom, so numbers may differ by a
tolerance: the largest difference, as a part of the recorded output's largest magnitude. What the outputs mean must be
the same, too, as the task says (``alike.py``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.application.loading import Loaded, infer
from workbench.application.package import EXPECTED, Package
from workbench.application.running import running_of

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


def record(package: Package, variant: dict[str, Any], samples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What ``samples/expected.json`` holds for a variant: its outputs on every sample, here and now.

    Raises RuntimeError where the device runs it otherwise than it was measured.
    """
    loaded = package.load(variant)
    if loaded.difference is not None:  # its speed and outputs would be those of another configuration
        raise RuntimeError(f"on {variant['configuration']['device']} {loaded.difference}")
    return [_seen(package, loaded, sample) for sample in samples]


def compare(package: Package, variant: dict[str, Any], loaded: Loaded) -> dict[str, Any]:
    """Run the variant on all samples; ``mismatches`` says in words what differs from the record."""
    expected = package.read(EXPECTED)
    alike = running_of(package.recipe.task)
    allowed = tolerance(variant)
    largest, mismatches = 0.0, []
    for sample, recorded in zip(expected["samples"], expected["outputs"][variant["name"]], strict=True):
        seen = _seen(package, loaded, sample)
        difference, problems = _difference(recorded, seen, allowed)
        problems += alike.differences(recorded, seen, allowed)
        largest = max(largest, difference)
        mismatches += [f"{sample['file']}: {problem}" for problem in problems]
    return {
        "samples": len(expected["samples"]),
        "largest_difference": largest,
        "tolerance": allowed,
        "mismatches": mismatches,
    }


def _seen(package: Package, loaded: Loaded, sample: dict[str, Any]) -> dict[str, Any]:
    outputs = infer(loaded, package.prepare(sample["file"], loaded))
    thinned = {"outputs": [_thinned(array) for array in outputs.values()]}
    return thinned | running_of(package.recipe.task).fingerprint(outputs, package.recipe)


def _thinned(array: NDArray[Any]) -> dict[str, Any]:
    step = -(-array.size // _MOST_VALUES) or 1
    # Not a number and infinity are no JSON; they become zero and the largest numbers, here as in the record.
    values = np.nan_to_num(array.reshape(-1)[::step].astype(np.float64), posinf=1e30, neginf=-1e30)
    return {"shape": list(array.shape), "step": step, "values": [float(f"{value:.6g}") for value in values]}


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
            problems.append(f"output {number} differs by {relative:.2g} of its magnitude, {allowed:g} is allowed")
    return largest, problems


def _magnitude(values: NDArray[Any]) -> float:
    return float(np.max(np.abs(values), initial=0.0)) or 1.0
