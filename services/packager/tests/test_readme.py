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
        "name": "net",
        "recommended": "int8",
        "undecided": None,
        "openvino": "2026.4.1",
        "variants": [
            {"name": "fp16", "precision": "FP16", "profile": None, "evaluation": None, "built_in": []},
            {
                "name": "int8",
                "precision": "INT8",
                "profile": profile,
                "evaluation": evaluation,
                "built_in": [{"input": "x", "reverse_channels": True, "mean": [104.0, 117.0, 123.0], "scale": None}],
            },
        ],
        "notes": ["the channels go in as red, green, blue (possible)", "the dataset: 2 images are copies"],
        "recipe": {
            "preparation": {
                "input": {"name": "x", "width": 8, "height": 6, "channels": 3, "layout": "NCHW"},
                "resize": "crop",
                "color": "RGB",
                "mean": None,
                "scale": None,
            }
        },
    }


def test_what_goes_in_is_told_with_what_is_inside_and_what_was_taken_for_granted(manifest: dict[str, Any]) -> None:
    written = readme(manifest, SAMPLES)

    assert "- input x: 8×6 pixels, 3 channels, NCHW\n" in written
    assert "- the application does to each picture: resized by crop, colours as RGB\n" in written
    assert "- int8 does this itself, so leave it out: reverse channels, mean 104,117,123\n" in written
    assert "- taken for granted: the channels go in as red, green, blue (possible)\n" in written
    assert "- taken for granted: the dataset: 2 images are copies\n" in written


def test_photos_that_were_turned_are_to_be_turned(manifest: dict[str, Any]) -> None:
    manifest["recipe"]["preparation"]["orientation"] = "exif"

    assert "each picture: turned as its EXIF orientation says, resized by crop" in readme(manifest, SAMPLES)


def test_decibels_are_no_percents(manifest: dict[str, Any]) -> None:
    psnr = {"metric": "psnr_agreement", "unit": "dB", "value": 31.24, "low": 30.0, "high": 32.0, "n": 7}
    manifest["variants"][1]["evaluation"] = {"metrics": [psnr]}

    assert "psnr_agreement 31.2 dB (30.0 to 32.0) of 7 |" in readme(manifest, SAMPLES)


def test_speed_latency_and_accuracy_stand_in_the_table_with_their_intervals(manifest: dict[str, Any]) -> None:
    row = "| int8 (recommended) | INT8 | 500 (480 to 520) | 2.00 ms (1.90 to 2.10) | top1 61.5 % of 200 |"

    assert row in readme(manifest, SAMPLES)


def test_what_was_not_measured_is_not_made_up(manifest: dict[str, Any]) -> None:
    assert "| fp16 | FP16 | not measured | not measured | not measured |" in readme(manifest, SAMPLES)
    assert "- fp16: speed not measured" in readme(manifest, SAMPLES)


def test_variants_that_were_measured_in_turns_are_told_by_their_pairs(manifest: dict[str, Any]) -> None:
    ratio = {"value": 2.9, "low": 2.8, "high": 3.0}
    together = {"profile_id": "p", "model_id": "m0", "ratios": {}}
    fp16, int8 = manifest["variants"]
    fp16["profile"] = {**int8["profile"], "together": together}
    paired = {**together, "model_id": "m1", "ratios": {"m0": {"throughput_fps": ratio}}}
    int8["profile"] = {**int8["profile"], "together": paired}

    assert "\n\nint8 has 2.90 × (2.80 to 3.00) the frames per second of fp16, in launches" in readme(manifest, SAMPLES)
    reason = {"rule": "other-requests", "detail": "The models were measured with 1 and 2 requests in flight."}
    paired["ratios"]["m0"]["trust"] = {"verdict": "doubtful", "reasons": [reason]}
    assert "in turns. This ratio is doubtful: The models were measured with 1 and 2 requ" in readme(manifest, SAMPLES)
    paired["profile_id"] = "q"
    assert "in turns" not in readme(manifest, SAMPLES)


def test_the_device_and_the_versions_are_named(manifest: dict[str, Any]) -> None:
    assert "- int8: on CPU (A Processor) with OpenVINO 2026.4.1, measurement trusted" in readme(manifest, SAMPLES)


def test_variables_that_were_set_are_named(manifest: dict[str, Any]) -> None:
    for variant in manifest["variants"]:
        if variant["profile"]:
            provenance = {**variant["profile"]["provenance"], "env": {"OV_LEVEL": "1"}}
            variant["profile"] = {**variant["profile"], "provenance": provenance}

    assert "the variables OV_LEVEL=1 set, measurement trusted" in readme(manifest, SAMPLES)


def test_a_doubtful_measurement_is_called_so_with_its_reasons(manifest: dict[str, Any]) -> None:
    reasons = [{"rule": "spread", "detail": "launches differ by 14 %"}]
    manifest["variants"][1]["profile"] = {
        **manifest["variants"][1]["profile"],
        "trust": {"verdict": "doubtful", "reasons": reasons},
    }

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
