"""Operations whose result people saw differ: the IR computes what onnxruntime does, or is refused by its operation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import openvino as ov
import pytest
from onnx import NodeProto, TensorProto, helper, numpy_helper
from workbench.converter.values import IgnoredAttribute, OutputsDiffer

Converted = Callable[..., tuple[dict[str, Any], Path]]
IMAGE = [1, 3, 20, 20]
SMALL = {"sizes": np.array([1, 3, 8, 6], np.int64)}
LARGER = {"scales": np.array([1, 1, 1.7, 1.7], np.float32)}


def resize(*sources: str, **attributes: Any) -> list[NodeProto]:
    attributes = {"coordinate_transformation_mode": "half_pixel", **attributes}
    return [helper.make_node("Resize", ["image", *sources], ["y"], name="resize", **attributes)]


def saved(folder: Path, nodes: Sequence[NodeProto], weights: dict[str, np.ndarray], opset: int) -> Path:
    ends = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)]
        for name, shape in (("image", IMAGE), ("y", None))
    ]
    constants = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    graph = helper.make_graph(list(nodes), "g", *ends, constants)
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8), folder / "net.onnx"
    )
    return folder / "net.onnx"


def loop() -> list[NodeProto]:
    """Of two steps, whose condition has the shape [1] as some exporters write it (openvino#28235)."""

    def value(name: str, kind: int, shape: list[int]) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, kind, shape)

    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["on"]), helper.make_node("Mul", ["v", "half"], ["vo"])],
        "body",
        [value("i", TensorProto.INT64, []), value("go", TensorProto.BOOL, [1]), value("v", TensorProto.FLOAT, IMAGE)],
        [value("on", TensorProto.BOOL, [1]), value("vo", TensorProto.FLOAT, IMAGE)],
        [numpy_helper.from_array(np.float32(0.5), "half")],
    )
    return [helper.make_node("Loop", ["trip", "cond", "image"], ["y"], body=body, name="loop")]


LOOP = {"trip": np.array(2, np.int64), "cond": np.array([True])}
EINSUM = {"w": np.random.default_rng(3).standard_normal((3, 20, 7)).astype(np.float32)}
ARGMIN = [
    helper.make_node("Floor", ["image"], ["f"]),
    helper.make_node("ArgMin", ["f"], ["a"], axis=1, keepdims=0, select_last_index=1, name="last"),
    helper.make_node("Cast", ["a"], ["y"], to=TensorProto.FLOAT),
]


def not_honoured(node: NodeProto) -> bool:
    """What OpenVINO is known to do otherwise; anything else has to be converted."""
    ignored = any(each.name in ("antialias", "exclude_outside") and each.i for each in node.attribute)
    return ignored or any(each.s == b"round_prefer_ceil" for each in node.attribute)


@pytest.mark.parametrize(
    ("nodes", "weights", "opset"),
    [
        (resize("", "", "sizes", mode="nearest", nearest_mode="round_prefer_ceil"), SMALL, 13),  # openvino#36023
        (resize("", "", "sizes", mode="nearest", nearest_mode="round_prefer_floor"), SMALL, 13),
        (resize("", "", "sizes", mode="linear", antialias=1), SMALL, 18),  # openvino#35893
        (resize("", "", "sizes", mode="cubic", antialias=1), SMALL, 18),
        (resize("", "scales", mode="cubic", exclude_outside=1, cubic_coeff_a=-0.5), LARGER, 13),
        (ARGMIN, {}, 13),  # openvino#13491
        (
            [helper.make_node("Einsum", ["image", "w"], ["y"], equation="bchw,cwk->bhk", name="sum")],
            EINSUM,
            13,
        ),  # 37990
        (loop(), LOOP, 13),
    ],
)
def test_what_is_converted_computes_what_its_source_does_and_the_rest_is_refused_by_its_operation(
    converted: Converted, tmp_path: Path, nodes: list[NodeProto], weights: dict[str, np.ndarray], opset: int
) -> None:
    source = saved(tmp_path, nodes, weights, opset)
    try:
        facts, folder = converted(source)
    except (IgnoredAttribute, OutputsDiffer) as refusal:
        operation = next(node for node in nodes if node.name)
        assert not_honoured(operation)
        assert f"{operation.op_type} '{operation.name}'" in str(refusal)
        return

    image = np.random.default_rng(0).uniform(0, 4, IMAGE).astype(np.float32)
    [wanted] = onnxruntime.InferenceSession(source, providers=["CPUExecutionProvider"]).run(None, {"image": image})
    got = ov.Core().compile_model(folder / "model.xml", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(image)[0]
    assert facts["conversion"]["checked"]["verdict"] == "alike"
    assert np.abs(got - wanted).max() <= 1e-5 * max(1.0, float(np.abs(wanted).max()))
