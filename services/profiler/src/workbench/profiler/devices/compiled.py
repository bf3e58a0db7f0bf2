"""A model compiled exactly as asked, or refused: what OpenVINO changes silently is another measurement."""

from __future__ import annotations

from typing import Any

import openvino as ov
from workbench.application import executed
from workbench.ir import one_line
from workbench.profiler.devices import absent
from workbench.profiler.machine import cgroups
from workbench.profiler.refusals import (
    CompileFailed,
    ImpossibleStreams,
    PrecisionNotSupported,
    UnknownDevice,
)
from workbench.profiler.values import ProfileSpec
from workbench.runner.device_names import read_device

_READ_ONLY = (
    "NETWORK_NAME",
    "OPTIMAL_NUMBER_OF_INFER_REQUESTS",
    "EXECUTION_DEVICES",
    "PERF_COUNT",
    "CPU_DENORMALS_OPTIMIZATION",
    "RUNTIME_REQUIREMENTS",
    "LOADED_FROM_CACHE",
)


def compile_for(core: ov.Core, model: ov.Model, spec: ProfileSpec, *, counters: bool = False) -> ov.CompiledModel:
    """Compile for ``spec.device`` in the precision, hint and streams asked for.

    Raises UnknownDevice, PrecisionNotSupported, ImpossibleStreams, CompileFailed or MemoryError.
    """
    _require_device(core, spec.device)
    _require_streams(core, spec)
    try:
        compiled = core.compile_model(model, spec.device, properties(spec, counters=counters))
    except RuntimeError as error:
        raise _refusal(spec, error) from error
    _require_as_asked(compiled, spec)
    return compiled


def properties(spec: ProfileSpec, *, counters: bool = False) -> dict[str, Any]:
    """The OpenVINO properties a specification stands for; precision is always among them."""
    wanted: dict[str, Any] = {"INFERENCE_PRECISION_HINT": spec.inference_precision, "PERF_COUNT": counters}
    if spec.hint:
        wanted["PERFORMANCE_HINT"] = spec.hint.upper()
    if spec.streams:
        wanted["NUM_STREAMS"] = spec.streams
    if spec.requests:  # as benchmark_app: the hint then makes no more streams than can be kept busy
        wanted["PERFORMANCE_HINT_NUM_REQUESTS"] = spec.requests
    if spec.device == "CPU" and cgroups.cores_available() < len(cgroups.affinity()):
        # OpenVINO counts CPUs, not the quota: its extra threads would be throttled in bursts.
        wanted["INFERENCE_NUM_THREADS"] = max(1, int(cgroups.cores_available()))
    return wanted


def configuration(compiled: ov.CompiledModel, spec: ProfileSpec, requests: int) -> dict[str, Any]:
    """What really runs: properties to compile with again, what is executed, and ``requests`` kept in flight."""
    return {**executed.configuration(compiled, spec.device, properties(spec)), "requests": requests}


def compiled_facts(compiled: ov.CompiledModel) -> dict[str, Any]:
    """Read back what a deployment cannot set but a reader of the measurement wants to know."""
    return executed.read(compiled, _READ_ONLY)


def _require_device(core: ov.Core, device: str) -> None:
    available = list(core.available_devices)
    for name in read_device(device).missing(available):
        found = absent.why(core, name)
        raise UnknownDevice(
            f"device: '{name}' cannot be used here: {found.reason} Available: {', '.join(available)}.",
            field="device",
            device=name,
            cause=found.cause,
            available=available,
        )


def _require_streams(core: ov.Core, spec: ProfileSpec) -> None:
    if spec.streams is None:
        return
    try:
        _, most = core.get_property(spec.device, "RANGE_FOR_STREAMS")
    except RuntimeError:
        return  # virtual devices do not say; what they made of it is read back
    if spec.streams > most:
        raise ImpossibleStreams(
            f"streams: {spec.streams} were asked for, {spec.device} runs 1 to {most} here.",
            field="streams",
            most=int(most),
        )


def _require_as_asked(compiled: ov.CompiledModel, spec: ProfileSpec) -> None:
    found = executed.difference(compiled, spec.device, properties(spec))
    if found is None:
        return
    if found.name == executed.PRECISION:
        raise PrecisionNotSupported(
            f"inference_precision: {spec.device} would execute {found.asked} in {found.got}.",
            field="inference_precision",
            instead=found.got,
        )
    raise ImpossibleStreams(
        f"streams: {found.asked} were asked for, OpenVINO made {found.got}.", field="streams", most=found.got
    )


def _refusal(spec: ProfileSpec, error: RuntimeError) -> Exception:
    text = str(error)
    if "bad_alloc" in text:
        return MemoryError(text)
    if "INFERENCE_PRECISION_HINT" in text:
        return PrecisionNotSupported(f"inference_precision: {one_line(text)}", field="inference_precision")
    return CompileFailed(f"{spec.device} cannot compile the model: {one_line(text)}", device=spec.device)
