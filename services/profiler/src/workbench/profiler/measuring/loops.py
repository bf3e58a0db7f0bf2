"""The two ways to keep a device busy from Python, measured with each request's own clock.

Both are benchmark_app's loops: no Python callback (it costs 30 µs of CPU an inference, and its teardown can
hang), and a latency that OpenVINO took natively, so that waiting for an idle request is not part of it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import openvino as ov


@dataclass(frozen=True)
class Timings:
    """One loop's inferences: the latency of each in ms, and the seconds until the last one was complete."""

    latencies_ms: list[float]
    seconds: float


def asynchronous(queue: ov.AsyncInferQueue, seconds: float, at_least: int) -> Timings:
    """Restart whichever request is idle until time and count are reached; ends with none in flight.

    Every request of the queue is used, and all equally often give or take one round.
    """
    latencies: list[float] = []
    in_flight: set[int] = set()
    requests = list(queue)
    count = 0
    started = time.perf_counter()
    deadline = started + seconds
    while time.perf_counter() < deadline or count < at_least or count % len(requests):
        idle = queue.get_idle_request_id()
        if idle in in_flight:
            latencies.append(requests[idle].latency)
        else:
            in_flight.add(idle)
        queue.start_async()
        count += 1
    queue.wait_all()
    elapsed = time.perf_counter() - started
    latencies.extend(requests[index].latency for index in in_flight)
    return Timings(latencies, elapsed)


def synchronous(request: ov.InferRequest, seconds: float, at_least: int) -> Timings:
    """One inference after another on one request until time and count are reached."""
    latencies: list[float] = []
    started = time.perf_counter()
    deadline = started + seconds
    while time.perf_counter() < deadline or len(latencies) < at_least:
        request.infer()
        latencies.append(request.latency)
    return Timings(latencies, time.perf_counter() - started)
