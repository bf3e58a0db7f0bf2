"""Where the time goes inside the model: a short pass of its own, since counting slows what it counts.

``python -m workbench.profiler.layers.counters QUESTION ANSWER``.
"""

from __future__ import annotations

import time
from collections import defaultdict
from typing import Any

import openvino as ov
from workbench.ir.layers import tensor
from workbench.profiler.measuring import child
from workbench.profiler.measuring.launch import prepare
from workbench.profiler.values import ProfileSpec

COUNTING_S, FEWEST, MOST = 0.5, 10, 500
LONGEST_S = 10.0  # a model this slow is averaged over fewer

Totals = dict[str, dict[str, Any]]


def measure(question: dict[str, Any]) -> dict[str, Any]:
    """Layers with their mean time, and a note on what counting them cost."""
    spec = ProfileSpec(**question["spec"])  # checked before it was sent
    ready = prepare(question, spec, counters=True)
    totals, latency_ms, count = _count(ready.request, min(COUNTING_S, spec.duration_s))
    layers = described(totals, ready.compiled.get_runtime_model().get_ordered_ops(), count)
    return {"layers": layers, "counters_overhead_note": overhead_note(layers, latency_ms / count, count)}


def overhead_note(layers: list[dict[str, Any]], latency_ms: float, count: int) -> str:
    """What the reader of layer times must know before adding them up."""
    total = sum(layer["time_ms"] for layer in layers)
    return (
        f"Mean of {count} inferences, one at a time, in a process of its own with performance counters on. "
        f"Counting costs a few per cent: the layers add up to {total:.3f} ms where an inference took "
        f"{latency_ms:.3f} ms with counters. Compare layers with each other, not with the profile's latency."
    )


def described(totals: Totals, runtime: list[ov.Node], count: int) -> list[dict[str, Any]]:
    """Counters joined with the executed graph by name, in execution order; times are means in ms.

    ``original_layers`` is empty for what the runtime inserted itself (reorders, conversions). ``place``, ``inputs`` and
    ``outputs`` are a graph's, as `workbench.ir.layers` writes them; ``place`` is null of what was fused into another.
    """
    known = {node.get_friendly_name(): node for node in runtime}
    places = {name: place for place, name in enumerate(name for name in totals if name in known)}
    return [
        {"place": places.get(name), **_layer(name, entry, known.get(name), count), **_wires(known.get(name), places)}
        for name, entry in totals.items()
    ]


def _count(request: ov.InferRequest, seconds: float) -> tuple[Totals, float, int]:
    totals: Totals = defaultdict(lambda: {"us": 0.0})
    latency_ms, count = 0.0, 0
    started = time.perf_counter()
    while count < MOST and _go_on(time.perf_counter() - started, seconds, count):
        request.infer()
        latency_ms += request.latency
        count += 1
        for info in request.get_profiling_info():
            entry = totals[info.node_name]
            entry["us"] += info.real_time.total_seconds() * 1e6
            entry |= {"type": info.node_type, "exec_type": info.exec_type, "status": info.status.name}
    return totals, latency_ms, count


def _go_on(elapsed: float, seconds: float, count: int) -> bool:
    return count == 0 or elapsed < seconds or (count < FEWEST and elapsed < LONGEST_S)


def _layer(name: str, entry: dict[str, Any], node: ov.Node | None, count: int) -> dict[str, Any]:
    info = node.get_rt_info() if node is not None else {}
    original = str(info["originalLayersNames"].value) if "originalLayersNames" in info else ""
    precision = str(info["runtimePrecision"].value) if "runtimePrecision" in info else None
    return {
        "name": name,
        "type": entry["type"],
        "exec_type": entry["exec_type"],
        "time_ms": entry["us"] / 1000 / count,
        "runtime_precision": precision,
        "original_layers": [layer for layer in original.split(",") if layer],
        "status": entry["status"],
    }


def _wires(node: ov.Node | None, places: dict[str, int]) -> dict[str, Any]:
    if node is None:
        return {"inputs": [], "outputs": []}
    sources = [(value, value.get_node()) for value in node.input_values()]
    inputs = [
        {"from": places[source.get_friendly_name()], **tensor(value)}
        if source.get_friendly_name() in places
        else {"from": None, "constant": source.get_friendly_name(), **tensor(value)}
        for value, source in sources
    ]
    return {"inputs": inputs, "outputs": [tensor(port) for port in node.outputs()]}


if __name__ == "__main__":
    child.answer(measure)
