"""The source of an ONNX model in onnxruntime: always the copy that we wrote, never what somebody uploaded.

Without its optimizations: they are one more place to be wrong, and would hide what lies between operations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto
from onnx.helper import tensor_dtype_to_np_dtype
from workbench.converter.checking.runtimes import Bounds, NotComparable, Port, Step

_RANDOM = {"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli"}
_QUANTIZED = {"QuantizeLinear", "DynamicQuantizeLinear", "QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger"}
_KINDS = {
    TensorProto.FLOAT,
    TensorProto.FLOAT16,
    TensorProto.DOUBLE,
    TensorProto.BOOL,
    TensorProto.INT8,
    TensorProto.UINT8,
    TensorProto.INT16,
    TensorProto.UINT16,
    TensorProto.INT32,
    TensorProto.UINT32,
    TensorProto.INT64,
    TensorProto.UINT64,
}
_LONGEST_REASON = 200


class OnnxSource:
    """An ONNX model on the CPU."""

    name = "onnxruntime"
    version = onnxruntime.__version__
    stands_in_for: str | None = None

    def __init__(self, path: Path) -> None:
        self._path = path
        self._model = ModelProto.FromString(path.read_bytes())
        graph = self._model.graph
        self._constants = {tensor.name for tensor in graph.initializer} | {
            tensor.values.name for tensor in graph.sparse_initializer
        }
        inputs = [value for value in graph.input if value.name not in self._constants]
        self.inputs = [_port(value) for value in inputs]
        self.outputs = [_port(value) for value in graph.output]
        nodes = list(_nodes(graph))
        self.random = next((node.op_type for node in nodes if node.op_type in _RANDOM), None)
        self.coarse = _coarse(graph, nodes)
        _open_shapes(graph)

    def steps(self) -> list[Step]:
        """Of the graph itself: what is inside a loop or branch is one operation."""
        made = [Step("Constant", name, (), (name,), fixed=True) for name in self._constants]
        for node in self._model.graph.node:
            takes = tuple(name for name in node.input if name)
            made.append(
                Step(
                    node.op_type,
                    node.name or next(iter(node.output), ""),
                    takes,
                    tuple(name for name in node.output if name),
                    node.op_type == "Constant",
                )
            )
        return made

    def tensors(self) -> frozenset[str]:
        """What every operation makes."""
        return frozenset(name for step in self.steps() if not step.fixed for name in step.makes)

    def run(self, feeds: Mapping[str, NDArray[Any]], also: Sequence[str] = ()) -> list[NDArray[Any]]:
        """Loads the model anew: a session's outputs are settled when it is made."""
        wanted = list(dict.fromkeys([*(port.name for port in self.outputs), *also]))
        session = self._session(wanted)
        try:
            found = dict(zip(wanted, session.run(wanted, dict(feeds)), strict=True))
        except Exception as error:  # its own kinds of errors have no common base
            raise NotComparable(f"the model rejects random inputs: {_short(error)}") from error
        return [_array(found[name]) for name in (*(port.name for port in self.outputs), *also)]

    def _session(self, wanted: Sequence[str]) -> onnxruntime.InferenceSession:
        known = {value.name for value in self._model.graph.output}
        model = ModelProto()
        model.CopyFrom(self._model)
        model.graph.output.extend(ValueInfoProto(name=name) for name in wanted if name not in known)
        path = self._path.with_name("seen.onnx")  # beside its weights
        path.write_bytes(model.SerializeToString())
        try:
            return onnxruntime.InferenceSession(path, _options(), providers=["CPUExecutionProvider"])
        except Exception as error:
            raise NotComparable(f"onnxruntime does not load the model: {_short(error)}") from error


def _options() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    options.intra_op_num_threads = 2  # a number, or it would ask the kernel for processors it may not have
    options.enable_cpu_mem_arena = False
    return options


def _array(value: object) -> NDArray[Any]:
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
        raise NotComparable("an output is no tensor of numbers")
    return value


def _port(value: ValueInfoProto) -> Port:
    tensor = value.type.tensor_type
    if not value.type.HasField("tensor_type") or tensor.elem_type not in _KINDS:
        raise NotComparable(f"'{value.name[:_LONGEST_REASON]}' is no tensor of numbers that onnxruntime takes")
    shape = tuple(_bounds(dimension) for dimension in tensor.shape.dim) if tensor.HasField("shape") else None
    return Port((value.name,), np.dtype(tensor_dtype_to_np_dtype(tensor.elem_type)), shape)


def _bounds(dimension: Any) -> Bounds:
    return (dimension.dim_value, dimension.dim_value) if dimension.dim_value > 0 else (0, -1)


def _open_shapes(graph: GraphProto) -> None:
    """Declared shapes are forgotten: those that were asked for count, and a size may be another than the author's."""
    del graph.value_info[:]
    for value in (*graph.input, *graph.output):
        for place, dimension in enumerate(value.type.tensor_type.shape.dim):
            dimension.Clear()
            dimension.dim_param = f"{value.name}.{place}"


def _nodes(graph: GraphProto) -> Iterator[NodeProto]:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in (*attribute.graphs, *([attribute.g] if attribute.HasField("g") else [])):
                yield from _nodes(inner)


def _coarse(graph: GraphProto, nodes: Sequence[NodeProto]) -> str | None:
    types = {tensor.data_type for tensor in graph.initializer}
    types |= {value.type.tensor_type.elem_type for value in (*graph.input, *graph.output)}
    if types & {TensorProto.FLOAT16, TensorProto.BFLOAT16}:
        return "half"
    return "quantized" if any(node.op_type in _QUANTIZED for node in nodes) else None


def _short(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text[:_LONGEST_REASON] + ("…" if len(text) > _LONGEST_REASON else "")
