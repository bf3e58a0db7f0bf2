"""A report as a file for people: it needs nothing else, tells all that decides, and runs nothing that a name says."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from workbench.plots.drawing import Range, ranges
from workbench.plots.report import page

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> {{ 7*7 }} </style> \u202eevil \x1b[31m \u0000"


def measured(value: float, low: float, high: float) -> dict[str, float]:
    return {"value": value, "low": low, "high": high}


def variant(name: str, fps: float, ms: float, accuracy: float | None, verdict: str = "trusted") -> dict[str, Any]:
    scored = {"metric": "top1", "unit": "share", "n": 200, **measured(accuracy, accuracy - 0.02, accuracy + 0.02)}
    reasons = [] if verdict == "trusted" else [{"rule": "spread", "detail": f"{name}: the launches disagree"}]
    return {
        "name": name,
        "precision": "FP32",
        "size_bytes": 4_100_000,
        "warnings": [],
        "profile": "p",
        "throughput_fps": measured(fps, fps * 0.9, fps * 1.1),
        "accuracy": scored if accuracy else None,
        "latency_ms": {"p50": measured(ms, ms * 0.9, ms * 1.1)},
        "trust": {"verdict": verdict, "reasons": reasons},
    }


def report(**other: Any) -> dict[str, Any]:
    change = {**measured(-0.5, -1.25, 0.25), "unit": "points", "beyond_noise": False}
    compared = {
        "variant": "int8",
        "baseline": "fp32",
        "size_ratio": 0.26,
        "measured_together": True,
        "speedup": {**measured(2.5, 2.25, 2.75), "beyond_noise": True},
        "accuracy_change_points": change,
        "changed_items": {"differing_n": 3, "fixed_n": 1, "broken_n": 2},
    }
    return {
        "variants": [variant("fp32", 100, 10, 0.8), variant("int8", 250, 4, 0.79, "doubtful")],
        "comparison": [compared],
        "constraints": {"max_latency_ms": 12.5, "max_accuracy_drop": 1.0},
        "recommended": {"variant": "int8", "decision": "recommended", "reason": "It is faster.", "needed": []},
        "model": {"name": "net", "format": "onnx", "digest": "ab12"},
        "task": "classification",
        "device": "CPU",
        "target": "local",
        "objective": "throughput",
        "created_at": "2026-11-27T20:14:30.833Z",
        "guess": None,
        "assumed": [{"field": "color", "words": "channels are RGB", "sure": "possible"}],
        "warnings": [],
        "environment": {"versions": {"openvino": "2026.4.1"}, "spec": {"launches": 5}},
        **other,
    }


def test_it_tells_figures_with_intervals_what_to_take_and_what_was_taken_for_granted() -> None:
    text = page(report())

    for told in (
        "Take <bdi>int8</bdi>",
        "It is faster.",
        "225–275",
        "at most 12.5 ms",
        "77.0–81.0 % of 200 images",
        "2.5 × the throughput (2.25–2.75)",
        "-0.5 points (-1.2 to +0.2), within the noise",
        "4.1 MB",
        "1 better and 2 worse",
        "int8: the launches disagree",
        "Why it is doubtful",
        "channels are RGB",
        "2026.4.1",
        "ab12",
        "No rule objects to its measurement",
    ):
        assert told in text, told
    assert text.count('<svg class="drawing') == 3, "throughput against latency, accuracies, sizes"
    assert text.count('<svg class="bar-of"') == 8


def test_undecided_says_what_would_decide_it() -> None:
    undecided = {"variant": None, "decision": "undecided", "reason": "Too few images.", "needed": ["70 more images"]}

    text = page(report(recommended=undecided))

    assert "Which one to take is not known yet" in text
    assert "<bdi>70 more images</bdi>" in text


def test_nothing_in_it_leads_out_of_it_and_its_only_style_is_the_one_it_allows() -> None:
    text = page(report())

    assert not re.search(r"(src|href|action|url|@import)\s*[=(]", text)
    style = text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in text
    assert "style=" not in text.replace("<style>", "")


def test_whatever_things_are_called_it_stays_a_text() -> None:
    hostile = variant(HOSTILE, 10, 1, 0.5, HOSTILE)
    hostile["accuracy"]["metric"] = hostile["precision"] = HOSTILE
    reason = {"variant": HOSTILE, "decision": HOSTILE, "reason": HOSTILE, "needed": [HOSTILE]}

    text = page(
        report(
            variants=[hostile],
            recommended=reason,
            warnings=[HOSTILE],
            task=HOSTILE,
            comparison=[],
            device=HOSTILE,
            guess={"task": HOSTILE, "why": HOSTILE},
            assumed=[{"field": HOSTILE, "words": HOSTILE, "sure": HOSTILE}],
            environment={"versions": {HOSTILE: HOSTILE}, "spec": {HOSTILE: HOSTILE}},
            model={"name": HOSTILE, "format": HOSTILE, "digest": HOSTILE},
        ),
        HOSTILE,
    )

    assert "<script" not in text
    assert "<img" not in text
    assert text.count("</style>") == 1
    assert not [each for each in "\u202e\x1b\x00" if each in text]


def test_a_report_of_which_nothing_was_measured_is_a_page_all_the_same() -> None:
    bare = {
        "name": "bare",
        "precision": None,
        "size_bytes": 0,
        "throughput_fps": None,
        "latency_ms": None,
        "accuracy": None,
        "trust": None,
        "warnings": [],
    }

    text = page({"variants": [bare], "recommended": None})

    assert "unknown" in text
    assert '<svg class="drawing' not in text


def test_ranges_lie_on_one_scale_that_tells_them_apart() -> None:
    drawn = ranges(
        "top1",
        [Range("a", measured(0.90, 0.89, 0.91), True), Range("b", measured(0.92, 0.91, 0.93))],
        lambda value: f"{value:.2f}",
    )

    first, second = (float(part.split('"')[0]) for part in drawn.split('cx="')[1:])
    assert second - first > 150
    assert 'class="chosen"' in drawn
    assert ranges("none", [], str) == ""


def test_the_scale_of_what_is_never_below_nothing_begins_at_nothing() -> None:
    words: list[float] = []

    ranges("FPS", [Range("a", measured(50, 1, 100))], lambda value: words.append(value) or "")

    assert min(words) == 0


def test_variables_that_the_target_sets_are_told() -> None:
    told = page(report(environment={"env": {"OV_LEVEL": "<b>1</b>"}}))

    assert "Variable <bdi>OV_LEVEL</bdi></dt><dd><bdi>&lt;b&gt;1&lt;/b&gt;</bdi>" in told
