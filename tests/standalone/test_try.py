"""`workbench try`: picture files and a model file in, answers and drawn pictures out; wrong words change nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

pytestmark = [pytest.mark.timeout(120)]


def colors(path: Path) -> Path:
    """Three classes: the picture is red, green or blue."""
    weights = numpy_helper.from_array(np.eye(3, dtype=np.float32), "weights")
    nodes = [
        helper.make_node("GlobalAveragePool", ["image"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["scores"]),
    ]
    graph = helper.make_graph(
        nodes,
        "colors",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 32, 32])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 3])],
        [weights],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)
    return path


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Two of one name in two folders, red and blue."""
    found = []
    for folder, color in (("a", (200, 9, 9)), ("b", (9, 9, 200))):
        (tmp_path / folder).mkdir()
        found.append(tmp_path / folder / "picture.png")
        Image.new("RGB", (40, 30), color).save(found[-1])
    return found


def test_pictures_of_one_name_are_each_answered_and_drawn(workbench, tmp_path: Path, pictures: list[Path]) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text("red\ngreen\nblue\n")
    drawn, red = pictures[0].parent, pictures[0].read_bytes()

    ended = workbench.run(
        "try",
        colors(tmp_path / "net.onnx"),
        *pictures,
        "--task",
        "classification",
        "--scale",
        "255",
        "--labels",
        labels,
        "--importance",
        "--draw",
        drawn,
    )

    assert ended.returncode == 0, ended.stdout
    answers = [line.split()[-1] for line in ended.stdout.splitlines() if line.startswith("    ")]
    assert answers[0] == "red"
    assert answers[len(answers) // 2] == "blue"
    assert pictures[0].read_bytes() == red, "it lies where drawings go, and is not drawn over"
    assert sorted(file.name for file in drawn.iterdir() if file != pictures[0]) == [
        "2-picture-importance.png",
        "2-picture.png",
        "picture-importance.png",
        "picture.png.png",
    ]
    trial = workbench.json("trials", "list")[0]
    assert trial["state"] == "succeeded"


def test_what_is_no_picture_and_what_is_not_there_are_named(workbench, tmp_path: Path, pictures: list[Path]) -> None:
    model = colors(tmp_path / "net.onnx")

    ended = workbench.run("try", model, tmp_path / "nowhere.png")
    assert ended.returncode == 2
    assert "nowhere.png does not exist" in ended.stdout
    ended = workbench.run("try", model, *pictures * 11)
    assert ended.returncode == 2
    assert "at most 20" in ended.stdout
    text = tmp_path / "text.png"
    text.write_text("no picture")
    ended = workbench.run("try", model, text, "--task", "classification")
    assert ended.returncode == 3
    assert "text.png" in ended.stdout
