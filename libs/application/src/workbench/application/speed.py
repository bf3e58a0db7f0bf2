"""A short look at the speed here, taken as the record was: no Python callback, each request's own clock."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import openvino as ov
from workbench.application.loading import Arrays, Loaded

Timed = tuple[list[float], float]  # latencies in ms, and the seconds they took together


def measure(loaded: Loaded, arrays: Arrays, configuration: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Frames per second and median latency over ``seconds``; every request has run once before it counts."""
    if configuration["loop"] == "sync":
        latencies, elapsed = _one_by_one(loaded.compiled, arrays, seconds)
    else:
        # 0: as many requests as OpenVINO finds optimal.
        queue = ov.AsyncInferQueue(loaded.compiled, configuration["infer_requests"] or 0)
        latencies, elapsed = _overlapping(queue, arrays, seconds)
    return {"throughput_fps": len(latencies) / elapsed, "latency_ms": {"p50": float(np.median(latencies))}}


def compare(here: float, recorded: dict[str, float] | None) -> str | None:
    """In words, when frames per second here lie outside the recorded interval."""
    if recorded is None or recorded["low"] <= here <= recorded["high"]:
        return None
    word = "slower" if here < recorded["low"] else "faster"
    return (f"{word} than recorded: {here:.0f} frames/s lie outside "
            f"{recorded['low']:.0f} to {recorded['high']:.0f}")


def _one_by_one(compiled: ov.CompiledModel, arrays: Arrays, seconds: float) -> Timed:
    request = compiled.create_infer_request()
    request.infer(arrays)
    latencies: list[float] = []
    started = time.perf_counter()
    while time.perf_counter() - started < seconds or not latencies:
        request.infer()
        latencies.append(request.latency)
    return latencies, time.perf_counter() - started


def _overlapping(queue: ov.AsyncInferQueue, arrays: Arrays, seconds: float) -> Timed:
    requests = list(queue)
    for request in requests:
        request.infer(arrays)
    latencies: list[float] = []
    in_flight: set[int] = set()
    started = time.perf_counter()
    while time.perf_counter() - started < seconds or len(in_flight) < len(requests):
        idle = queue.get_idle_request_id()
        if idle in in_flight:
            latencies.append(requests[idle].latency)
        in_flight.add(idle)
        queue.start_async()
    queue.wait_all()
    latencies += [requests[index].latency for index in in_flight]
    return latencies, time.perf_counter() - started
