"""Which loop shows the device rather than Python: decided once, by the first launch, from a short trial."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import Any

import openvino as ov
from workbench.profiler.measuring import loops
from workbench.profiler.measuring.inputs import fill
from workbench.profiler.values import Loop

# An asynchronous inference costs about 0.1 ms of Python, a synchronous one a third of that.
PLAINLY_ASYNC_MS = 1.0
_TRIAL_S, _TRIAL_INFERENCES = 0.2, 20
_PILOT_INFERENCES = 5
_SLOW_MS = 1000.0  # a model like this needs no pilot: its first inference says enough


@dataclass(frozen=True)
class Choice:
    """A loop, and one sentence on why this one."""

    loop: Loop
    reason: str


def choose(
    compiled: ov.CompiledModel, request: ov.InferRequest, arrays: list[Any], requests: int | None, first_ms: float
) -> Choice:
    """Synchronous when one request is in flight or when Python is the limit; else asynchronous.

    ``request`` is filled and has inferred once, in ``first_ms``; ``requests`` None means as many as OpenVINO finds
    optimal.
    """
    wanted = requests or int(compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))
    if wanted == 1:
        return Choice(Loop.SYNC, "One request in flight: a synchronous loop leaves no gap between inferences.")
    count = _PILOT_INFERENCES if first_ms < _SLOW_MS else 0
    alone_ms = statistics.median(loops.synchronous(request, 0.0, count).latencies_ms) if count else first_ms
    if alone_ms >= PLAINLY_ASYNC_MS:
        return Choice(
            Loop.ASYNC,
            f"{wanted} requests in flight; one inference takes {alone_ms:.2f} ms, "
            "long beside the 0.1 ms that restarting a request costs in Python.",
        )
    return _faster(compiled, request, arrays, wanted, alone_ms)


def _faster(
    compiled: ov.CompiledModel, request: ov.InferRequest, arrays: list[Any], wanted: int, alone_ms: float
) -> Choice:
    queue = ov.AsyncInferQueue(compiled, wanted)
    for each in queue:
        fill(each, arrays)
    loops.asynchronous(queue, 0.0, _TRIAL_INFERENCES)
    together = _rate(loops.asynchronous(queue, _TRIAL_S, _TRIAL_INFERENCES))
    alone = _rate(loops.synchronous(request, _TRIAL_S, _TRIAL_INFERENCES))
    rates = f"in a trial, {wanted} requests in flight made {together:.0f} inferences/s, one at a time {alone:.0f}"
    if alone > together:
        return Choice(Loop.SYNC, f"One inference takes {alone_ms:.3f} ms, so Python is the limit: {rates}.")
    return Choice(Loop.ASYNC, f"One inference takes {alone_ms:.3f} ms; {rates}.")


def _rate(timings: loops.Timings) -> float:
    return len(timings.latencies_ms) / timings.seconds
