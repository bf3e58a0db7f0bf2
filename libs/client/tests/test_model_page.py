"""`workbench models show` in words: what the model is taken to be for, and what is inside it already."""

from __future__ import annotations

from typing import Any

import pytest
from workbench.client.cli.model_page import for_list, page


def guess(task: str, sure: str, why: str = "because") -> dict[str, Any]:
    return {"task": task, "head": None, "options": {}, "sure": sure, "why": why}


def shown(**facts: Any) -> list[str]:
    return page({"id": "m", "state": "succeeded", "facts": {"format": "ir", **facts}}).splitlines()


def test_a_sure_guess_is_the_task_and_the_others_are_told_after_it() -> None:
    lines = shown(guesses=[guess("classification", "likely", "a softmax"), guess("generic", "possible")])

    assert lines[-2:] == ["Task: classification (likely: a softmax)", "  or generic (possible: because)"]


@pytest.mark.parametrize(
    "guesses",
    [
        [guess("classification", "possible"), guess("generic", "possible")],
        [guess("classification", "likely"), guess("generic", "likely")],
        [guess("classification", "possible")],
    ],
)
def test_what_is_not_sure_is_said_to_be(guesses: list[dict[str, Any]]) -> None:
    lines = shown(guesses=guesses)

    assert "Task: not sure, say --task; it may be" in lines
    assert lines[-1] == f"  {guesses[-1]['task']} ({guesses[-1]['sure']}: because)"


@pytest.mark.parametrize("facts", [{}, {"guesses": None}])
def test_a_model_of_an_earlier_release_has_a_task_nobody_looked_for(facts: dict[str, Any]) -> None:
    assert shown(**facts)[-1].startswith("Task: unknown, it was stored by an earlier release")


def test_what_a_conversion_built_in_is_told() -> None:
    built_in = [{"input": "data", "mean": [104.0, 117.5, 123.0], "scale": [58.4] * 3, "reverse_channels": True}]

    lines = shown(guesses=[guess("generic", "likely")], built_in=built_in)

    assert lines[-2] == "Inside the model, so feed it pixels of 0 to 255 and leave this out:"
    assert lines[-1] == (
        "  data: the channels are reversed (it takes RGB where the network wants BGR, or vice versa), "
        "minus mean 104,117.5,123, divided by scale 58.4,58.4,58.4"
    )


def test_what_an_ir_of_model_api_says_is_inside_it_is_told() -> None:
    info = {"embedded_processing": "YES", "mean_values": "1 2 3", "scale_values": "4 5 6"}

    assert shown(guesses=[guess("generic", "likely")], model_info=info)[-2:] == ["  mean 1 2 3", "  scale 4 5 6"]
    assert "Inside" not in "".join(shown(guesses=[], model_info={**info, "embedded_processing": "NO"}))


def test_everything_else_that_is_known_is_there_too() -> None:
    lines = shown(guesses=[guess("generic", "likely")], precision="FP32")

    assert lines[:3] == ["id: m", "state: succeeded", 'facts: {"format": "ir", "precision": "FP32"}']


def test_a_model_that_is_still_examined_is_its_job() -> None:
    assert page({"id": "m", "state": "running", "facts": None}) == "id: m\nstate: running"


def test_its_family_is_no_raw_list_while_it_is_examined() -> None:
    assert "family" not in page({"id": "m-1", "state": "running", "family": [(0, {"id": "m-1"})]})


@pytest.mark.parametrize(
    ("facts", "task"),
    [
        ({"guesses": [guess("generic", "likely")]}, "generic"),
        ({"guesses": [guess("classification", "possible"), guess("generic", "possible")]}, "?"),
        ({"guesses": None}, None),
        ({}, None),
        (None, None),
    ],
)
def test_in_a_list_a_task_that_is_not_sure_is_a_question_mark(facts: dict[str, Any] | None, task: str | None) -> None:
    assert for_list({"id": "m", "facts": facts})["task"] == task


def test_how_far_a_converted_model_is_from_its_source_is_told() -> None:
    output = {"name": "y", "relative": 2.34e-6, "beyond": 0.0}
    checked = {
        "verdict": "alike",
        "reason": None,
        "runtime": {"name": "onnxruntime", "version": "1.32.0"},
        "tolerance": 0.01,
        "outputs": [output],
    }

    lines = shown(guesses=[], conversion={"checked": checked, "warnings": ["In half precision 'w' lost digits."]})

    assert lines[-3:] == [
        "Beside its source in onnxruntime 1.32.0, on random inputs: alike",
        "  y: off by at most 2.3e-06 of its largest value, 0.00% of the values by more than 0.01",
        "  In half precision 'w' lost digits.",
    ]


def test_why_a_conversion_was_not_compared_is_told() -> None:
    checked = {
        "verdict": "not comparable",
        "reason": "it draws",
        "runtime": {"name": "onnxruntime", "version": None},
        "tolerance": None,
        "outputs": [],
    }

    line = shown(guesses=[], conversion={"checked": checked})[-1]

    assert line == "Beside its source in onnxruntime, on random inputs: not comparable: it draws"


ANALYSIS = {
    "arithmetic": {"gflops": 8.178, "giops": 0.0, "reason": None},
    "parameters": 25_530_000,
    "sparsity": 0.25,
    "weights": {"f16": {"elements": 25_530_000, "size_bytes": 51_060_000}},
    "activations": {"min_bytes": 9_633_792, "max_bytes": 152_475_088, "reason": None},
    "op_count": 140,
    "operations": {"Add": 16, "Convolution": 53, **{f"SomeRatherLongOperation{number}": 1 for number in range(9)}},
    "opset": {"opset1": 100, "opset4": 1},
    "custom": [],
    "dynamic": [{"input": "data", "index": 0, "dimension": -1}, {"input": "data", "index": 2, "dimension": [8, -1]}],
    "devices": [
        {"device": "CPU", "runs": True, "unsupported": [], "reason": None},
        {
            "device": "NPU",
            "runs": False,
            "reason": None,
            "unsupported": [{"type": "Loop", "count": 2, "names": ["a", "b"]}],
        },
    ],
}


def analysed(**job: Any) -> list[str]:
    view = {"id": "m", "state": "succeeded", "facts": {"format": "ir", "guesses": [guess("generic", "likely")]}}
    lines = page({**view, "analysis": job}).splitlines()
    return lines[lines.index("Task: generic (likely: because)") + 1 :]


def test_an_analysis_is_told_in_80_columns() -> None:
    lines = analysed(state="succeeded", facts=ANALYSIS)

    assert max(map(len, lines)) <= 80
    assert lines[1:4] == [
        "  8.178 GFLOPs, 0 GIOPs (convolutions and matrix products)",
        "  25.53 M parameters: f16 51.1 MB; 25.0% of them zero",
        "  activations: 9.63 MB at once at least, 152 MB if none is dropped",
    ]
    assert lines[4].startswith("  140 operations: 53 Convolution, 16 Add, 1 Some")
    assert "  open dimensions: data[0], data[2] (8 to any)" in lines
    assert lines[-2:] == ["  CPU: has all operations", "  NPU: cannot run 2 Loop (a, b)"]


def test_what_cannot_be_counted_says_why() -> None:
    unknown = {
        **ANALYSIS,
        "arithmetic": {"gflops": None, "giops": None, "reason": "If 'x' cannot be counted"},
        "activations": {"min_bytes": None, "max_bytes": None, "reason": "open"},
        "sparsity": None,
    }

    lines = analysed(state="succeeded", facts=unknown)

    assert lines[1] == "  GFLOPs unknown: If 'x' cannot be counted"
    assert lines[3] == "  activations unknown: open"


def test_an_analysis_that_is_not_there_says_where_it_is() -> None:
    assert analysed(state="queued", facts=None, waiting_for="a free worker") == [
        "Analysis: queued, waiting for a free worker; show it again in a moment"
    ]
    assert analysed(state="failed", facts=None, error={"detail": "too large"}) == ["Analysis: failed, too large"]
