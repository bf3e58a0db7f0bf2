"""Models as people have reported them of other programs: each says the strongest colour of a picture."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import openvino as ov
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.external_data_helper import set_external_data
from PIL import Image
from workbench.application.loading import infer, load, prepare
from workbench.tasks.default_recipe import default_recipe

CLASSES = ["red", "green", "blue"]
DATASET = {"annotated": True, "tasks": ["classification"], "labels": CLASSES, "classes": {"classification": CLASSES}}
Facts = dict[str, Any]


@dataclass
class Case:
    """A model: what it takes, what is before the network, and what a person has to say."""

    shape: list[Any] = field(default_factory=lambda: [1, 3, 32, 32])
    of: int = TensorProto.FLOAT
    name: str = "x"
    output: str = "logits"
    before: list[tuple[str, list[str], list[str], Facts]] = field(default_factory=list)
    fed: str = ""
    numbers: Any = np.float32
    channels: int = 3
    said: Facts = field(default_factory=dict)

    def model(self) -> onnx.ModelProto:
        """The mean of each channel, by way of a convolution; of one channel, whether it is bright."""
        kernel = np.zeros((self.channels, self.channels, 3, 3), self.numbers)
        kernel[range(self.channels), range(self.channels), 1, 1] = 1 / 64
        nodes = [
            *self.before,
            ("Conv", [self.fed or self.name, "kernel"], ["c"], {"pads": [1] * 4}),
            ("Relu", ["c"], ["r"], {}),
            ("GlobalAveragePool", ["r"], ["g"], {}),
            ("Flatten", ["g"], ["f"], {}),
            ("Gemm", ["f", "head", "bias"], [self.output], {"transB": 1}),
        ]
        head, bias = (np.eye(3), np.zeros(3)) if self.channels == 3 else (np.array([[-1.0], [1.0]]), np.array([4.0, 0]))
        weights = {"kernel": kernel, "head": head.astype(self.numbers), "bias": bias.astype(self.numbers)}
        info = helper.make_tensor_value_info
        graph = helper.make_graph(
            [helper.make_node(kind, taken, made, **more) for kind, taken, made, more in nodes],
            "g",
            [info(self.name, self.of, self.shape)],
            [info(self.output, TensorProto.FLOAT16 if self.numbers is np.float16 else TensorProto.FLOAT, None)],
            [numpy_helper.from_array(array, name) for name, array in weights.items()],
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


CASES = {
    "in half precision throughout": Case(of=TensorProto.FLOAT16, numbers=np.float16),
    "bytes with the channels last": Case(
        [1, 32, 32, 3],
        TensorProto.UINT8,
        before=[
            ("Cast", ["x"], ["xf"], {"to": TensorProto.FLOAT}),
            ("Transpose", ["xf"], ["t"], {"perm": [0, 3, 1, 2]}),
        ],
        fed="t",
    ),
    "names with signs, and every size open": Case(
        ["N", 3, "H", "W"],
        name="image:0",
        output="/Kopf/größe:0",
        said={"inputs": {"image:0": {"shape": [1, 3, 32, 32]}}},
    ),
    "a condition of one element": Case(
        before=[
            ("Constant", [], ["once"], {"value": numpy_helper.from_array(np.array(1, np.int64))}),
            ("Constant", [], ["go"], {"value": numpy_helper.from_array(np.array([True]))}),
            (
                "Loop",
                ["once", "go", "x"],
                ["looped"],
                {
                    "body": helper.make_graph(
                        [
                            helper.make_node("Identity", ["cond"], ["again"]),
                            helper.make_node("Identity", ["was"], ["now"]),
                        ],
                        "body",
                        [
                            helper.make_tensor_value_info("i", TensorProto.INT64, []),
                            helper.make_tensor_value_info("cond", TensorProto.BOOL, [1]),
                            helper.make_tensor_value_info("was", TensorProto.FLOAT, [1, 3, 32, 32]),
                        ],
                        [
                            helper.make_tensor_value_info("again", TensorProto.BOOL, [1]),
                            helper.make_tensor_value_info("now", TensorProto.FLOAT, [1, 3, 32, 32]),
                        ],
                    )
                },
            ),
        ],
        fed="looped",
    ),
    "a batch of four": Case([4, 3, 32, 32], said={"inputs": {"x": {"shape": [1, 3, 32, 32]}}}),
}


def colour(strongest: int, seed: int) -> bytes:
    levels = np.random.default_rng([seed, strongest]).integers(30, 120, (48, 48, 3)).astype(np.uint8)
    levels[..., strongest] += 80
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "PNG")
    return file.getvalue()


def answers(facts: Facts, file: Path, dataset: Facts, pictures: list[bytes]) -> list[int]:
    """By the recipe that nobody has said anything of, as evaluation and package do it."""
    loaded = load(
        ov.Core().read_model(file),
        "CPU",
        {"INFERENCE_PRECISION_HINT": "f32"},
        default_recipe(facts, dataset, {"task": "classification"}),
    )
    return [int(next(iter(infer(loaded, prepare(each, loaded)[0]).values())).argmax()) for each in pictures]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_it_is_right_of_every_picture_and_computes_what_its_source_does(
    upload: Path, imported: Callable, converted: Callable, case: Case
) -> None:
    onnx.save(case.model(), upload / "model ü.onnx")

    facts, file = converted(imported()["main_file"], **case.said)

    assert facts["conversion"]["checked"]["verdict"] == "alike"
    pictures = [colour(label, seed) for label in range(3) for seed in range(4)]
    assert answers(facts, file, DATASET, pictures) == [label for label in range(3) for _ in range(4)]


def test_a_model_of_one_channel_takes_gray_pictures_without_a_word(
    upload: Path, imported: Callable, converted: Callable
) -> None:
    onnx.save(Case([1, 1, 28, 28], channels=1).model(), upload / "gray.onnx")
    dark_and_bright = []
    for level in (40, 200):
        file = io.BytesIO()
        Image.new("L", (28, 28), level).save(file, "PNG")
        dark_and_bright.append(file.getvalue())

    facts, xml = converted(imported()["main_file"])

    assert answers(facts, xml, {**DATASET, "labels": None, "classes": {}}, dark_and_bright) == [0, 1]


def test_weights_beside_the_model_come_along_and_missing_ones_are_named(
    upload: Path, imported: Callable, converted: Callable, refusal: Callable
) -> None:
    onnx.save(Case().model(), upload / "m.onnx", save_as_external_data=True, location="m.onnx.data", size_threshold=16)

    facts, file = converted(imported()["main_file"])
    assert answers(facts, file, DATASET, [colour(2, 1), colour(0, 1)]) == [2, 0]

    (upload / "m.onnx.data").unlink()
    assert "'m.onnx.data' was not uploaded" in str(refusal())


def test_weights_in_files_of_a_folder_below_come_along(upload: Path, imported: Callable, converted: Callable) -> None:
    model, weights = Case().model(), upload / "onnx" / "weights"
    weights.mkdir(parents=True)
    for number, tensor in enumerate(model.graph.initializer):
        set_external_data(tensor, f"onnx/weights/part.{number}")
        (weights / f"part.{number}").write_bytes(tensor.raw_data)
        tensor.ClearField("raw_data")
    (upload / "model.onnx").write_bytes(model.SerializeToString())

    facts, file = converted(imported()["main_file"])

    assert facts["conversion"]["checked"]["verdict"] == "alike"
    assert answers(facts, file, DATASET, [colour(2, 1), colour(0, 1)]) == [2, 0]
