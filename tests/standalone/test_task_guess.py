"""A model whose task is not sure, through the real services: nothing is begun before somebody says it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

pytestmark = [pytest.mark.timeout(120)]


def numbers(path: Path) -> Path:
    """A network of 77 numbers, which may be classes or anything else."""
    weights = numpy_helper.from_array(np.ones((3, 77), np.float32), "weights")
    nodes = [
        helper.make_node("GlobalAveragePool", ["image"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["numbers"]),
    ]
    graph = helper.make_graph(
        nodes,
        "numbers",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 32, 32])],
        [helper.make_tensor_value_info("numbers", TensorProto.FLOAT, [1, 77])],
        [weights],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)
    return path


def test_numbers_are_not_taken_for_classes_and_nothing_is_begun(workbench, tmp_path) -> None:
    ended = workbench.run("optimize", numbers(tmp_path / "net.onnx"))

    assert ended.returncode == 2, ended.stdout
    assert "--task" in ended.stdout
    assert "classification (possible: " in ended.stdout
    assert "generic (possible: " in ended.stdout
    assert workbench.json("projects", "list") == workbench.json("conversions", "list") == []
    model = workbench.json("models", "list")[0]
    assert [each["task"] for each in model["facts"]["guesses"]] == ["classification", "generic"]
    assert "Task: not sure, say --task; it may be" in workbench.run("models", "show", model["id"]).stdout

    ended = workbench.run("optimize", model["id"], "--task", "generic", "--resize", "crop:31")

    assert ended.returncode == 3
    assert "--resize: recipe field short_side: must be a whole number from 32" in ended.stdout
    assert workbench.json("projects", "list") == []
