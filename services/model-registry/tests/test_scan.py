"""What is told of files before they are imported, each guess with how sure it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import described
import onnx
import pytest
from onnx import TensorProto, helper
from workbench.model_registry import scan
from workbench.model_registry.color import guessed
from workbench.model_registry.values import UnknownFormat
from workbench.runner.core import Run


def scanned(folder: Path) -> dict[str, Any]:
    (folder / "outputs").mkdir()
    seen = scan.run(Run(folder))
    assert list((folder / "outputs").iterdir()) == []
    assert described.faults("InspectionFacts", seen) == []
    return seen


def picture(upload: Path, operation: str, domain: str = "", producer: str = "pytorch") -> None:
    shapes = [1, 3, "height", 8]
    graph = helper.make_graph(
        [helper.make_node(operation, ["x"], ["y"], domain=domain)],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shapes)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shapes)],
    )
    opsets = [helper.make_opsetid("", 13), *([helper.make_opsetid(domain, 1)] if domain else [])]
    onnx.save(helper.make_model(graph, opset_imports=opsets, producer_name=producer), str(upload / "net.onnx"))


def test_a_scan_tells_inputs_task_colours_and_devices_and_leaves_nothing(tmp_path: Path, upload: Path) -> None:
    picture(upload, "Relu")

    seen = scanned(tmp_path)

    assert (seen["file"], seen["format"], seen["readable"]) == ("net.onnx", "onnx", True)
    [data] = seen["inputs"]
    assert (data["name"], data["shape"], data["layout"], data["layout_sure"]) == ("x", [1, 3, -1, 8], "NCHW", "likely")
    assert data["color"] == {"color": "RGB", "sure": "likely", "why": "models of pytorch mostly do"}
    assert all(guess["sure"] for guess in seen["guesses"])
    assert seen["dynamic"] == [{"input": "x", "index": 2, "dimension": -1}]
    assert seen["devices"][0]["runs"] is True
    assert seen["custom"] == []


def test_an_operation_that_has_no_conversion_is_told_and_not_refused(tmp_path: Path, upload: Path) -> None:
    picture(upload, "Strange", domain="mine")

    seen = scanned(tmp_path)

    assert seen["readable"] is False
    assert [each["type"] for each in seen["custom"]] == ["mine.Strange"]
    assert "net.onnx: OpenVINO has no conversion for mine.Strange" in seen["reason"]


def test_what_is_no_model_is_refused_as_an_import_refuses_it(tmp_path: Path, upload: Path) -> None:
    (upload / "notes.txt").write_text("nothing")

    with pytest.raises(UnknownFormat, match="looks like text"):
        scanned(tmp_path)


@pytest.mark.parametrize(
    ("facts", "channels", "color", "sure"),
    [
        ({}, 1, "GRAY", "certain"),
        ({}, 3, "RGB", "possible"),
        ({"model_info": {"reverse_input_channels": "YES"}, "producer": "caffe"}, 3, "RGB", "certain"),
        ({"model_info": {"reverse_input_channels": "False"}}, 3, "BGR", "likely"),
        ({"format": "onnx", "producer": "onnx-caffe2"}, 3, "BGR", "likely"),
        ({"format": "tflite", "producer": None}, 3, "RGB", "likely"),
    ],
)
def test_colours_are_guessed_from_what_the_file_says_then_from_who_wrote_it(
    facts: dict[str, Any], channels: int, color: str, sure: str
) -> None:
    found = guessed(facts, channels)

    assert (found["color"], found["sure"]) == (color, sure)
    assert found["why"]
