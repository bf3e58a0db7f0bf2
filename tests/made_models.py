"""Models by the names of some shared ones, with their inputs and outputs, for where the shared set is not at hand.

For tests that ask how a file is read, changed or refused. Nobody trained them: what a model is known by, its figures
and its exporter's ways, only the real one has.
"""

from __future__ import annotations

from pathlib import Path

import fire_network
import numpy as np
import onnx
import openvino as ov
from onnx import NodeProto, TensorProto, helper, numpy_helper
from openvino import opset13 as ops

_POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:8f2383e4\nsize 232589\n"


def write(folder: Path) -> Path:
    """All of them, below the folder."""
    _squeezenet(folder / "squeezenet1.1")
    _of(folder / "tiny_inpaint" / "tiny_inpaint.onnx", _inpaint())
    _of(folder / "fns_candy" / "candy.onnx", _style())
    _of(folder / "ultraface_rfb_320" / "version-RFB-320.onnx", _faces())
    ov.save_model(_embedding(), folder / "mobileface_v2" / "ir_mo2023.3" / "MobileFace_Identification_V2-0000.xml")
    _of(folder / "yolo_seg_shapes" / "yolo_seg_shapes.onnx", _outlines())
    negative = folder / "negative"
    _of(negative / "old_opset_super_resolution.onnx", _old())
    (negative / "truncated.onnx").write_bytes((folder / "squeezenet1.1" / "squeezenet1.1.onnx").read_bytes()[:40_000])
    (negative / "lfs_pointer.onnx").write_text(_POINTER)
    return folder


def _squeezenet(folder: Path) -> None:
    folder.mkdir(parents=True)
    single = fire_network.write(folder / "squeezenet1.1.onnx")
    half = onnx.load(single)
    for weights in half.graph.initializer:
        weights.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(weights).astype(np.float16), weights.name))
    for tensor in (*half.graph.input, *half.graph.output):
        tensor.type.tensor_type.elem_type = TensorProto.FLOAT16
    onnx.save(half, folder / "squeezenet1.1_fp16.onnx")
    for precision in ("fp32", "fp16"):
        model = ov.Core().read_model(single)
        ov.save_model(model, folder / f"ir_{precision}" / "squeezenet1.1.xml", compress_to_fp16=precision == "fp16")


def _of(path: Path, model: onnx.ModelProto) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)


def _graph(
    nodes: list[NodeProto],
    inputs: dict[str, list[int | str]],
    outputs: dict[str, list[int | str]],
    weights: dict[str, tuple[int, ...]],
) -> onnx.ModelProto:
    random = np.random.default_rng(7)
    values = [
        numpy_helper.from_array(random.normal(0, 0.1, shape).astype(np.float32), name)
        for name, shape in weights.items()
    ]
    tensors = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in group.items()]
        for group in (inputs, outputs)
    ]
    graph = helper.make_graph(nodes, "made", *tensors, values)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def _inpaint() -> onnx.ModelProto:
    """A picture, and a mask of what to fill."""
    nodes = [
        helper.make_node("Concat", ["image", "mask"], ["both"], axis=1),
        helper.make_node("Conv", ["both", "w"], ["filled"], pads=[1, 1, 1, 1]),
        helper.make_node("Sigmoid", ["filled"], ["output"]),
    ]
    return _graph(
        nodes,
        {"image": ["n", 3, "h", "w"], "mask": ["n", 1, "h", "w"]},
        {"output": ["n", 3, "h", "w"]},
        {"w": (3, 4, 3, 3)},
    )


def _style() -> onnx.ModelProto:
    """Any number of pictures of one size."""
    nodes = [helper.make_node("Conv", ["inputImage", "w"], ["outputImage"], pads=[1, 1, 1, 1])]
    return _graph(nodes, {"inputImage": ["n", 3, 720, 720]}, {"outputImage": ["n", 3, 720, 720]}, {"w": (3, 3, 3, 3)})


def _faces() -> onnx.ModelProto:
    """Two outputs."""
    nodes = [helper.make_node("Conv", ["input", f"w_{name}"], [name], strides=[8, 8]) for name in ("scores", "boxes")]
    return _graph(
        nodes,
        {"input": [1, 3, 240, 320]},
        {"scores": [1, 2, 30, 40], "boxes": [1, 4, 30, 40]},
        {"w_scores": (2, 3, 8, 8), "w_boxes": (4, 3, 8, 8)},
    )


def _embedding() -> ov.Model:
    """Of a face: numbers of its colours."""
    face = ops.parameter([1, 3, 112, 112], np.float32, name="data")
    face.output(0).set_names({"data"})
    kernel = np.random.default_rng(7).normal(0, 0.1, (256, 3, 16, 16)).astype(np.float32)
    spread = ops.convolution(face, kernel, [16, 16], [0, 0], [0, 0], [1, 1])
    told = ops.reduce_mean(spread, ops.constant([2, 3]), keep_dims=False)
    told.output(0).set_names({"embedding"})
    return ov.Model([told], [face], "embedding")


def _outlines() -> onnx.ModelProto:
    """One thing in the middle, whatever the picture shows."""
    table, planes = np.zeros((1, 23, 500), np.float32), np.ones((1, 16, 40, 40), np.float32)
    table[0, :5, 0] = 80, 80, 60, 60, 0.9
    table[0, 7:, 0] = 1
    held = {"table": table, "planes": planes, "zero": np.zeros(1, np.float32)}
    nodes = [
        helper.make_node("Constant", [], [name], value=numpy_helper.from_array(value)) for name, value in held.items()
    ]
    nodes += [
        helper.make_node("ReduceMean", ["images"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
        *(
            helper.make_node("Add", [name, "nothing"], [f"output{number}"])
            for number, name in enumerate(("table", "planes"))
        ),
    ]
    return _graph(nodes, {"images": [1, 3, 160, 160]}, {"output0": [1, 23, 500], "output1": [1, 16, 40, 40]}, {})


def _old() -> onnx.ModelProto:
    """From before operators had versions, and attributes types."""
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["conv"], kernel_shape=[3, 3], pads=[1, 1, 1, 1], group=1),
        helper.make_node("Add", ["conv", "b"], ["sum"], broadcast=1, axis=1),
        helper.make_node("Reshape", ["sum"], ["flat"], shape=[4, 64]),
        helper.make_node("Transpose", ["flat"], ["y"], perm=[1, 0]),
    ]
    model = _graph(nodes, {"x": [1, 3, 8, 8]}, {"y": [64, 4]}, {"w": (4, 3, 3, 3), "b": (4,)})
    model.ClearField("opset_import")
    for node in model.graph.node:
        for attribute in node.attribute:
            attribute.ClearField("type")
    model.ir_version, model.producer_name = 1, "a test"  # without a producer OpenVINO takes it for no ONNX
    return model
