"""`workbench inspect`: what was seen, in 80 columns, and nothing left where it was looked at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commanding import CliRunner, Result
from workbench.client.cli import app
from workbench.client.cli.inspect_files import page

SEEN: dict[str, Any] = {
    "file": "net.onnx",
    "readable": True,
    "reason": None,
    "format": "onnx",
    "producer": "pytorch 2",
    "precision": "FP32",
    "parameters": 1_235_496,
    "op_count": 66,
    "custom": [],
    "inputs": [
        {
            "name": "data",
            "shape": [1, 3, -1, [8, 64]],
            "element_type": "f32",
            "layout": "NCHW",
            "layout_sure": "likely",
            "color": {"color": "RGB", "sure": "likely", "why": "models of pytorch mostly do"},
        },
        {"name": "scale", "shape": None, "element_type": "i64", "layout": None, "layout_sure": None, "color": None},
    ],
    "outputs": [{"name": "scores", "shape": [1, 1000], "element_type": "f32"}],
    "guesses": [{"task": "classification", "head": "scores", "sure": "likely", "why": "one list of 1000 numbers"}],
    "devices": [
        {
            "device": "NPU",
            "runs": False,
            "reason": None,
            "unsupported": [{"type": "Loop", "count": 1, "names": ["loop"]}],
        }
    ],
}


def run(server: Any, *words: Any) -> Result:
    env = {"WORKBENCH_SERVER": server.url, "WORKBENCH_TOKEN": server.token}
    return CliRunner().invoke(app, ["inspect", *map(str, words)], env=env)


def test_everything_that_was_seen_is_told_with_how_sure_it_is() -> None:
    lines = list(page(SEEN))

    assert max(map(len, lines)) <= 80
    assert lines == [
        "net.onnx: onnx, written by pytorch 2",
        "Stored in FP32, 1.235 M parameters, 66 operations",
        "Inputs:",
        "  data [1,3,-1,[8,64]] f32, layout NCHW (likely), RGB (likely: models of pytorch",
        "    mostly do)",
        "  scale of any rank i64, layout unknown",
        "Outputs:",
        "  scores [1,1000] f32",
        "Task:",
        "  classification (likely: one list of 1000 numbers), head scores",
        "Operations:",
        "  NPU: cannot run 1 Loop (loop)",
    ]


def test_what_cannot_be_read_says_why() -> None:
    assert list(page({**SEEN, "readable": False, "reason": "no conversion for Strange"})) == [
        "net.onnx: onnx, written by pytorch 2",
        "  no conversion for Strange",
    ]


@pytest.mark.parametrize("state", ["succeeded", "failed"])
def test_it_is_forgotten_once_it_was_told(server: Any, model: Path, state: str) -> None:
    error = {"title": "The input was refused", "detail": "it is no model"}
    ended = {"state": state, "facts": SEEN, "error": error if state == "failed" else None}
    server.script["inspections"] = [{"state": "running"}, ended]

    result = run(server, model, "--json")

    assert result.exit_code == (0 if state == "succeeded" else 3), result.output
    if state == "succeeded":
        assert json.loads(result.stdout) == SEEN
    else:
        assert "it is no model" in result.output
        assert "log" not in result.output
    assert [method for method, path, _ in server.requests if "/inspections/" in path][-1] == "DELETE"


def test_a_file_that_is_not_there_is_wrong_usage(server: Any) -> None:
    assert run(server, "/nowhere.onnx").exit_code == 2
