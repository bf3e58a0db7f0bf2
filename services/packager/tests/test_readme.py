"""The README says what was measured, and says so when nothing was."""

from __future__ import annotations

from typing import Any

import pytest
from workbench.packager.readme import readme

SAMPLES = [{"file": "samples/01.jpg", "name": "x.jpg", "annotation": {"label": 0}}]


@pytest.fixture
def manifest(profile: dict[str, Any]) -> dict[str, Any]:
    evaluation = {"metrics": [{"metric": "top1", "value": 0.615, "n": 200, "split": "all"}]}
    return {
        "name": "net", "recommended": "int8", "undecided": None, "openvino": "2026.4.1",
        "variants": [
            {"name": "fp16", "precision": "FP16", "profile": None, "evaluation": None},
            {"name": "int8", "precision": "INT8", "profile": profile, "evaluation": evaluation},
        ],
    }


def test_speed_latency_and_accuracy_stand_in_the_table_with_their_intervals(manifest: dict[str, Any]) -> None:
    row = "| int8 (recommended) | INT8 | 500 (480 to 520) | 2.00 ms (1.90 to 2.10) | top1 61.50% of 200 |"

    assert row in readme(manifest, SAMPLES)


def test_what_was_not_measured_is_not_made_up(manifest: dict[str, Any]) -> None:
    assert "| fp16 | FP16 | not measured | not measured | not measured |" in readme(manifest, SAMPLES)
    assert "- fp16: speed not measured" in readme(manifest, SAMPLES)


def test_the_device_and_the_versions_are_named(manifest: dict[str, Any]) -> None:
    assert "- int8: on CPU (A Processor) with OpenVINO 2026.4.1, measurement trusted" in readme(manifest, SAMPLES)


def test_a_doubtful_measurement_is_called_so_with_its_reasons(manifest: dict[str, Any]) -> None:
    reasons = [{"rule": "spread", "detail": "launches differ by 14 %"}]
    manifest["variants"][1]["profile"] = {
        **manifest["variants"][1]["profile"], "trust": {"verdict": "doubtful", "reasons": reasons}}

    assert "measurement doubtful (launches differ by 14 %)" in readme(manifest, SAMPLES)


def test_the_first_command_names_a_sample_that_is_there(manifest: dict[str, Any]) -> None:
    assert "./run.sh samples/01.jpg" in readme(manifest, SAMPLES)


def test_a_latency_that_could_not_be_told_is_not_made_up(manifest: dict[str, Any]) -> None:
    manifest["variants"][1]["profile"] = {**manifest["variants"][1]["profile"], "latency_ms": {"p50": None}}

    assert "500 (480 to 520) | not measured |" in readme(manifest, SAMPLES)


def test_what_nobody_decided_for_is_the_default_and_not_called_recommended(manifest: dict[str, Any]) -> None:
    manifest["undecided"] = "Whether to deploy int8 is undecided."

    said = readme(manifest, SAMPLES)

    assert "Whether to deploy int8 is undecided." in said
    assert "int8 (default)" in said
    assert "recommended" not in said
