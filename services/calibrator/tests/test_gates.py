"""Gates stay float only where that is measured to help, and nothing was asked for."""

from __future__ import annotations

import numpy as np
import openvino as ov
import pytest
from openvino import opset8 as ops
from workbench.calibrator import gates
from workbench.calibrator.values import IgnoredScope
from workbench.runner.core import Refusal

FED = [[np.random.default_rng(seed).normal(size=(1, 8)).astype(np.float32)] for seed in range(2)]
OF_GATES = IgnoredScope(types=("Multiply", "Sigmoid"))


def silu(off_by: float = 0.0) -> ov.Model:
    """x times its sigmoid, and a share of that more."""
    image = ops.parameter([1, 8], name="in0")
    gated = ops.multiply(image, ops.sigmoid(image))
    return ov.Model([ops.multiply(gated, ops.constant(np.float32(1 + off_by)))], [image])


def relu() -> ov.Model:
    image = ops.parameter([1, 8], name="in0")
    return ov.Model([ops.relu(image)], [image])


def sorting() -> ov.Model:
    image = ops.parameter([1, 8], name="in0")
    return ov.Model(ops.topk(image, ops.constant(2), 1, "max", "value").outputs(), [image])


def test_the_distance_is_relative_to_the_outputs() -> None:
    assert gates.distance(silu(), silu(0.25), FED) == pytest.approx(0.25, rel=1e-5)
    assert gates.distance(relu(), relu(), FED) == 0.0


def test_what_a_model_selects_has_no_distance() -> None:
    assert gates.distance(sorting(), sorting(), FED) is None


def test_gates_are_found_by_what_squashes() -> None:
    assert gates.gates(silu()) == OF_GATES
    assert gates.gates(relu()) is None


@pytest.mark.parametrize(
    ("whole", "gated", "kept"),
    [
        (0.4, 0.1, "gated"),
        (0.4, 0.35, "whole"),  # hardly better: what is faster
        (0.05, 0.0, "whole"),  # near enough
    ],
)
def test_gates_stay_float_where_that_brings_much(whole: float, gated: float, kept: str) -> None:
    made = {IgnoredScope(): silu(whole), OF_GATES: silu(gated)}

    model, found = gates.kept(silu(), FED, made.__getitem__, None)

    assert model is made[OF_GATES if kept == "gated" else IgnoredScope()]
    told = found.to_json()
    assert told["images_compared"] == len(FED)
    assert told["distance"] == pytest.approx({"gated": gated, "whole": whole}[kept], abs=1e-5)
    assert ("kept_float" in told) == (kept == "gated")


def test_what_was_asked_for_is_what_is_made() -> None:
    asked: list[IgnoredScope] = []

    def make(scope: IgnoredScope) -> ov.Model:
        asked.append(scope)
        return silu(0.4)

    _model, found = gates.kept(silu(), FED, make, IgnoredScope())

    assert asked == [IgnoredScope()]
    assert "40%" in found.warnings()[0]


def test_gates_that_are_all_there_is_are_quantized() -> None:
    def make(scope: IgnoredScope) -> ov.Model:
        if scope.types:
            raise Refusal("Nothing was quantized.")
        return silu(0.4)

    _model, found = gates.kept(silu(), FED, make, None)

    assert found.instead_of is None
