"""One launch: everything a fresh process can say about a model's speed, as one flat set of figures.

``python -m workbench.profiler.measuring.launch QUESTION ANSWER``. Standard library, numpy and OpenVINO only.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openvino as ov
from workbench.ir import read
from workbench.profiler.devices.compiled import compile_for, compiled_facts, configuration
from workbench.profiler.machine import interference, procfs
from workbench.profiler.machine.usage import Stopwatch, Usage
from workbench.profiler.measuring import child, latencies, loops
from workbench.profiler.measuring.inputs import arrays_for, described, fill, opened
from workbench.profiler.measuring.pilot import Choice, choose
from workbench.profiler.measuring.shapes import make_static
from workbench.profiler.refusals import InferenceFailed
from workbench.profiler.values import Loop, ProfileSpec
from workbench.runner.device_time import LONGEST_STRETCH, WARM_S

WARM_INFERENCES = 10  # where they take no longer than warming up may
ENOUGH_INFERENCES = 100  # the 99th percentile exists from here on
FEWEST_ROUNDS = 3  # inferences of each request, however slow the model is

Measure = Callable[[float, int], loops.Timings]


@dataclass(frozen=True)
class Ready:
    """A compiled model with a filled request, and what it took to get there, in ms. ``inputs``: what it is fed with."""

    compiled: ov.CompiledModel
    request: ov.InferRequest
    arrays: list[Any]
    inputs: list[dict[str, Any]]
    load_ms: float
    compile_ms: float
    first_inference_ms: float


def measure(question: dict[str, Any]) -> dict[str, Any]:
    """One launch's figures. ``question``: as ``prepare`` reads it, and the loop an earlier launch chose, or None.

    Raises InferenceFailed, and MemoryError where the device's memory was too small.
    """
    spec = ProfileSpec(**question["spec"])  # checked before it was sent
    try:
        ready = prepare(question, spec)
        choice = _agreed(question) or choose(
            ready.compiled, ready.request, ready.arrays, spec.requests, ready.first_inference_ms
        )
        requests, run = _loop(choice.loop, ready, spec)
        return _figures(spec, ready, choice, requests, run)
    except RuntimeError as error:
        if "bad_alloc" in str(error):
            raise MemoryError(str(error)) from error
        raise InferenceFailed(f"{spec.device} failed while it ran the model: {error}") from error


def prepare(question: dict[str, Any], spec: ProfileSpec, *, counters: bool = False) -> Ready:
    """Read, shape, compile, fill, and infer once; each step timed by itself.

    ``question``: the paths of the ``model`` and of the arrays that were given, by the name of their input (``feeds``).
    """
    core = ov.Core()
    model, load_ms = _timed(lambda: read(Path(question["model"])))
    given = opened({name: Path(path) for name, path in question.get("feeds", {}).items()})
    make_static(model, spec, {name: array.shape for name, array in given.items()})
    arrays, inputs = arrays_for(model, given, spec.seed), described(model, given)
    compiled, compile_ms = _timed(lambda: compile_for(core, model, spec, counters=counters))
    request = compiled.create_infer_request()
    fill(request, arrays)
    _, first_ms = _timed(request.infer)
    return Ready(compiled, request, arrays, inputs, load_ms, compile_ms, first_ms)


def stretched(duration_s: float, per_second: float) -> float:
    """Seconds to measure so that the launch has enough inferences, at most five times what was asked for."""
    needed = ENOUGH_INFERENCES / per_second
    return min(max(duration_s, needed), LONGEST_STRETCH * duration_s)


def warming(requests: int, first_ms: float) -> int:
    """How many inferences at least before any counts: each request one, and more of a model that is quick."""
    return max(requests, min(WARM_INFERENCES, int(1000 * WARM_S / max(first_ms, 1e-3))))


def _agreed(question: dict[str, Any]) -> Choice | None:
    if question.get("loop") is None:
        return None
    return Choice(Loop(question["loop"]), question["loop_reason"])


def _loop(loop: Loop, ready: Ready, spec: ProfileSpec) -> tuple[int, Measure]:
    if loop is Loop.SYNC:
        return 1, lambda seconds, at_least: loops.synchronous(ready.request, seconds, at_least)
    queue = ov.AsyncInferQueue(ready.compiled, spec.requests or 0)  # 0: as many as OpenVINO finds optimal
    for request in queue:
        fill(request, ready.arrays)
    return len(queue), lambda seconds, at_least: loops.asynchronous(queue, seconds, at_least)


def _figures(spec: ProfileSpec, ready: Ready, choice: Choice, requests: int, run: Measure) -> dict[str, Any]:
    warm = run(min(WARM_S, spec.duration_s), warming(requests, ready.first_inference_ms))
    seconds = stretched(spec.duration_s, len(warm.latencies_ms) / warm.seconds)
    before, stopwatch = interference.counters(), Stopwatch()
    timings = run(seconds, FEWEST_ROUNDS * requests)
    usage = stopwatch.stop()
    disturbed = interference.between(before, interference.counters())
    return {
        "loop": choice.loop,
        "loop_reason": choice.reason,
        "requests": requests,
        "batch": spec.batch,
        "inputs": ready.inputs,
        "warm_inferences": len(warm.latencies_ms),
        "stretched": seconds > spec.duration_s,
        "load_ms": ready.load_ms,
        "compile_ms": ready.compile_ms,
        "first_inference_ms": ready.first_inference_ms,
        "peak_memory_bytes": procfs.peak_resident_bytes(procfs.text("/proc/self/status")),
        **_speed(timings, spec.batch),
        **_costs(usage, timings, choice.loop),
        **disturbed,
        "configuration": configuration(ready.compiled, spec, requests),
        "compiled": compiled_facts(ready.compiled),
    }


def _speed(timings: loops.Timings, batch: int) -> dict[str, Any]:
    count = len(timings.latencies_ms)
    return {
        "inferences": count,
        "duration_s": timings.seconds,
        "throughput_fps": count * batch / timings.seconds,
        "latency_ms": latencies.summarize(timings.latencies_ms),
    }


def _costs(usage: Usage, timings: loops.Timings, loop: Loop) -> dict[str, Any]:
    return {
        "cpu_ms_per_request": 1000 * usage.cpu_s / len(timings.latencies_ms),
        "cpu_cores": usage.cpu_s / timings.seconds,
        "waiting_share": usage.waiting_share,
        "host_share": host_share(usage, timings, loop),
        "stolen_s": usage.stolen_s,
        "involuntary_switches": usage.involuntary_switches,
    }


def host_share(usage: Usage, timings: loops.Timings, loop: Loop) -> float:
    """How much of the measurement was Python's own doing, 0–1.

    Synchronous: the time between inferences. Asynchronous: how busy the thread is that restarts requests,
    against the time that passed or the CPU time all threads got, whichever is less.
    """
    if loop is Loop.SYNC:
        return max(0.0, 1 - sum(timings.latencies_ms) / 1000 / timings.seconds)
    return min(1.0, usage.loop_cpu_s / min(timings.seconds, max(usage.cpu_s, 1e-9)))


def _timed(step: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    result = step()
    return result, 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    child.answer(measure)
