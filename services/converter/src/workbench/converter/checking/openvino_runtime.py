"""An IR in OpenVINO, in f32 on the CPU: what was converted, and what an IR was before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from openvino import opset13 as op
from workbench import ir
from workbench.converter.checking.runtimes import NotComparable, Port, Step

_F32 = {"INFERENCE_PRECISION_HINT": "f32"}
_FLOATS = (ov.Type.f16, ov.Type.f32)
_A_WEIGHT = 16  # elements: what has fewer may be a scale that sizes follow from
_NOT_COMPUTED = {"Constant", "Parameter", "Result"}


class Ir:
    """An IR on the CPU."""

    name = "openvino"
    version = ov.get_version()
    stands_in_for: str | None = None

    def __init__(self, path: Path) -> None:
        self._path = path
        model = ir.read(path)
        self.inputs = [_port(port) for port in model.inputs]
        self.outputs = [_port(port) for port in model.outputs]
        kinds = {node.get_type_name() for node in model.get_ops()}
        self.random = next(iter(kinds & {"RandomUniform", "Multinomial"}), None)
        self.coarse = _coarse(model, kinds)
        self._steps = [_step(node) for node in model.get_ordered_ops() if node.get_type_name() != "Result"]
        self._places = {
            name: (node.get_friendly_name(), port.get_index())
            for node in model.get_ordered_ops()
            if node.get_type_name() not in _NOT_COMPUTED
            for port in node.outputs()
            for name in _names(port)
        }

    def steps(self) -> list[Step]:
        """Of the model itself: what is inside a loop or branch is one operation."""
        return self._steps

    def tensors(self) -> frozenset[str]:
        """What has a name of its own."""
        return frozenset(self._places)

    def run(self, feeds: Mapping[str, NDArray[Any]], also: Sequence[str] = ()) -> list[NDArray[Any]]:
        """Compiles the model anew: so its outputs can be others."""
        return self._run(ir.read(self._path), feeds, also)

    def run_shaken(
        self, feeds: Mapping[str, NDArray[Any]], amount: float, also: Sequence[str] = ()
    ) -> list[NDArray[Any]]:
        """With its weights and inputs changed by up to this share of each: what a rounding of that size may do."""
        random = np.random.default_rng(0)
        model = ir.read(self._path)
        for node in model.get_ordered_ops():
            if (
                node.get_type_name() == "Constant"
                and node.get_output_element_type(0) in _FLOATS
                and np.size(node.data) >= _A_WEIGHT
            ):
                shaken = op.constant(_shaken(node.data.astype(np.float32), amount, random))
                for user in node.output(0).get_target_inputs():
                    user.replace_source_output(shaken.output(0))
        return self._run(model, {name: _shaken(fed, amount, random) for name, fed in feeds.items()}, also)

    def _run(self, model: ov.Model, feeds: Mapping[str, NDArray[Any]], also: Sequence[str]) -> list[NDArray[Any]]:
        own = {name: place for place, port in enumerate(model.outputs) for name in port.get_names()}
        places, count = list(range(len(model.outputs))), len(model.outputs)
        for name in also:
            if name in own:
                places.append(own[name])
                continue
            model.add_outputs([self._places[name]])
            places.append(count)
            count += 1
        try:
            model.validate_nodes_and_infer_types()
            model.reshape({place: list(feeds[port.name].shape) for place, port in enumerate(self.inputs)})
            request = ov.Core().compile_model(model, "CPU", _F32).create_infer_request()
            request.infer([feeds[port.name] for port in self.inputs])
            return [np.array(request.get_output_tensor(place).data) for place in places]
        except RuntimeError as error:
            raise NotComparable(f"OpenVINO does not run the model on a CPU: {ir.one_line(str(error))[:200]}") from error


def _shaken(values: NDArray[Any], amount: float, random: np.random.Generator) -> NDArray[Any]:
    if values.dtype.kind != "f":
        return values
    return (values * (1 + amount * random.uniform(-1, 1, values.shape))).astype(values.dtype)


def _port(port: ov.Output) -> Port:
    shape = port.get_partial_shape()
    bounds = (
        None
        if shape.rank.is_dynamic
        else tuple((int(size.get_min_length()), int(size.get_max_length())) for size in shape)
    )
    first = ir.tensor_name(port)
    return Port((first, *sorted(port.get_names() - {first})), np.dtype(port.get_element_type().to_dtype()), bounds)


def _names(port: ov.Output) -> set[str]:
    node = port.get_node()
    own = node.get_friendly_name() if len(node.outputs()) == 1 else f"{node.get_friendly_name()}.{port.get_index()}"
    return set(port.get_names()) | {own}


def _step(node: ov.Node) -> Step:
    takes = tuple(min(_names(value)) for value in node.input_values())
    makes = tuple(name for port in node.outputs() for name in sorted(_names(port)))
    kind = node.get_type_name()
    fixed = kind == "Constant" or (kind == "Convert" and node.input_value(0).get_node().get_type_name() == "Constant")
    return Step(kind, node.get_friendly_name(), takes, makes, fixed)


def _coarse(model: ov.Model, kinds: set[str]) -> str | None:
    if "FakeQuantize" in kinds:
        return "quantized"
    types = {node.get_output_element_type(0) for node in model.get_ops() if node.get_type_name() == "Constant"}
    return "half" if types & {ov.Type.f16, ov.Type.bf16} else None
