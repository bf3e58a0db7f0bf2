"""What a compiled model really executes, read back: its properties, and the executed graph where those do not say.

AUTO, MULTI and HETERO answer few questions about the device below them, and take a precision that it then changes. The
executed graph names each layer's precision, whoever compiled it. What neither says is not known, never "as asked".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import openvino as ov

PRECISION, STREAMS = "INFERENCE_PRECISION_HINT", "NUM_STREAMS"
# Given to compile_model again they make the same configuration: what a deployment needs.
REUSABLE = (
    "PERFORMANCE_HINT",
    PRECISION,
    "EXECUTION_MODE_HINT",
    STREAMS,
    "INFERENCE_NUM_THREADS",
    "ENABLE_CPU_PINNING",
    "ENABLE_HYPER_THREADING",
    "SCHEDULING_CORE_TYPE",
)
_ASKED = (*REUSABLE, "PERFORMANCE_HINT_NUM_REQUESTS")
_VIRTUAL = ("AUTO", "MULTI", "HETERO", "BATCH")
_HALVES = ("f16", "bf16")
# They carry data between layers and compute nothing: a model in bf16 has them in f32, too.
_CONSTANTS = ("Const", "Constant")
_FACTS = ("layerType", "runtimePrecision", "primitiveType")
_CARRIERS = ("Input", "Parameter", "Output", "Result", "Const", "Constant", "Reorder", "Convert")


@dataclass(frozen=True)
class Difference:
    """One property that is not as it was asked for, in words as text."""

    name: str
    asked: Any
    got: Any

    def __str__(self) -> str:
        if self.name == PRECISION:
            return f"{self.asked} was asked for, and it executes in {self.got}"
        return f"{self.name} {self.asked} was asked for, and {self.got} was made"


def is_virtual(device: str) -> bool:
    """Whether other devices stand behind that name."""
    return device.partition(":")[0] in _VIRTUAL


def configuration(compiled: ov.CompiledModel, device: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Properties to compile the same with again, and beside them what is executed, where.

    What a device does not tell of itself is as it was asked for: that is what makes the same again. So is what a
    virtual device tells of itself: MULTI calls its hint throughput, whatever it has the devices below it do.
    """
    wanted, told = {name: plain(asked[name]) for name in _ASKED if name in asked}, read(compiled, REUSABLE)
    return {
        **(told | wanted if is_virtual(device) else wanted | told),
        "executed": {
            "precision": precision(compiled, device),
            "devices": _devices(compiled),
            "layers": dict(layer_precisions(compiled)),
        },
    }


def difference(compiled: ov.CompiledModel, device: str, asked: Mapping[str, Any]) -> Difference | None:
    """The first property that is known to be another than was asked for."""
    wanted, executed = plain(asked.get(PRECISION)), precision(compiled, device)
    if wanted is not None and executed is not None and executed != wanted:
        return Difference(PRECISION, wanted, executed)
    streams, made = asked.get(STREAMS), read(compiled, (STREAMS,)).get(STREAMS)
    if isinstance(streams, int) and made is not None and int(made) != streams:
        return Difference(STREAMS, streams, int(made))
    return None


def precision(compiled: ov.CompiledModel, device: str) -> str | None:
    """In what is computed that is not quantized: ``f32``, ``bf16``, ``f16``, ``f16+bf16``; None: not known."""
    if not is_virtual(device):
        said = read(compiled, (PRECISION,)).get(PRECISION)
        return str(said) if said else None
    seen = layer_precisions(compiled)
    halves = [name for name in _HALVES if seen[name]]
    # A graph in half precision keeps single layers in f32.
    return "+".join(halves) or ("f32" if seen["f32"] else None)


def layer_precisions(compiled: ov.CompiledModel) -> Counter[str]:
    """How many layers that compute are executed in each precision; empty when the device has no executed graph."""
    try:
        layers = compiled.get_runtime_model().get_ordered_ops()
    except RuntimeError:
        return Counter()
    facts = [
        {name: str(value.value) for name, value in layer.get_rt_info().items() if name in _FACTS}
        for layer in _at_run_time(layers)
    ]
    computing = [each for each in facts if each.get("layerType") not in _CARRIERS]
    return Counter(_computed_in(each) for each in computing if "runtimePrecision" in each)


def _at_run_time(layers: Iterable[ov.Node]) -> Iterator[ov.Node]:
    """Without what only prepares weights: constants, and what follows from nothing else."""
    prepared: set[str] = set()
    for layer in layers:
        sources = [each.get_source_output().get_node().get_friendly_name() for each in layer.inputs()]
        kind = layer.get_rt_info()["layerType"].value if "layerType" in layer.get_rt_info() else ""
        if str(kind) in _CONSTANTS or (sources and prepared.issuperset(sources)):
            prepared.add(layer.get_friendly_name())
        else:
            yield layer


def _computed_in(layer: Mapping[str, str]) -> str:
    """A layer with weights in half precision is said to run in that, though they are widened and its kernel's name says
    f32 (seen of the CPU, for every model that is stored in FP16)."""
    said, kernel = layer["runtimePrecision"], layer.get("primitiveType", "").rpartition("_")[2]
    return kernel if said in _HALVES and kernel in ("f32", *_HALVES) else said


def read(compiled: ov.CompiledModel, names: Iterable[str]) -> dict[str, Any]:
    """Those properties that the device has, as JSON."""
    found: dict[str, Any] = {}
    for name in names:
        try:
            found[name] = plain(compiled.get_property(name))
        except (RuntimeError, TypeError):  # each device has its own set; some values have no Python type
            continue
    return found


def plain(value: Any) -> Any:
    """An OpenVINO property value as JSON: numbers and words stay, enums and types become their names."""
    if isinstance(value, bool | int | float | str) or value is None:
        return value
    if isinstance(value, ov.Type):
        return value.get_type_name()
    if isinstance(value, list | tuple | set):
        return [plain(item) for item in value]
    return getattr(value, "name", None) or str(value)


def _devices(compiled: ov.CompiledModel) -> list[str] | None:
    found = read(compiled, ("EXECUTION_DEVICES",)).get("EXECUTION_DEVICES")
    return [str(device) for device in found] if isinstance(found, list) else None
