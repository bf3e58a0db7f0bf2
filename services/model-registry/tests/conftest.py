"""Uploads: folders of real model files, of damaged ones, and of models made for one case each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper


@pytest.fixture(scope="session")
def network(models: Path) -> Path:
    """A folder with squeezenet1.1.xml and .bin."""
    return models / "squeezenet1.1" / "ir_fp32"


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    folder = tmp_path / "inputs" / "upload"
    folder.mkdir(parents=True)
    (tmp_path / "spec.json").write_text("{}")
    return folder


@pytest.fixture
def matmul() -> Callable[..., onnx.ModelProto]:
    """y = x·w with a 4x4 w, which lies in another file when entries for external data are given."""

    def make(**external: str | int) -> onnx.ModelProto:
        weights = numpy_helper.from_array(np.eye(4, dtype=np.float32), "w")
        if external:
            weights.ClearField("raw_data")
            weights.data_location = TensorProto.EXTERNAL
            for key, value in external.items():
                weights.external_data.add(key=key, value=str(value))
        graph = helper.make_graph(
            [helper.make_node("MatMul", ["x", "w"], ["y"])],
            "g",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4])],
            [weights],
        )
        return model_of(graph)

    return make


@pytest.fixture
def one_node() -> Callable[..., onnx.ModelProto]:
    """A graph of a single operation from x of the given shape to y."""

    def make(operation: str, shape: list[int], domain: str = "", **attributes: object) -> onnx.ModelProto:
        graph = helper.make_graph(
            [helper.make_node(operation, ["x"], ["y"], domain=domain, **attributes)],
            "g",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        )
        return model_of(graph)

    return make


def model_of(graph: onnx.GraphProto) -> onnx.ModelProto:
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8, producer_name="a test", producer_version="1.2"
    )
