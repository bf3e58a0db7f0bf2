"""A short look at the speed here, taken as the record was: no Python callback, each request's own clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import openvino as ov
from workbench.application.feeding import Arrays
from workbench.application.loading import Loaded

ALLOWANCE = 0.25  # below the recorded interval: a second's look is not five launches
# What is too slow is looked at again before it fails: a host that lends its cores elsewhere, or clocks them down,
# makes a second's inferences dearer, too; a package that is slow by its own doing stays so.
LOOKS = 3

Timed = tuple[list[float], float]  # latencies in ms, and the seconds they took together


def measure(loaded: Loaded, arrays: Arrays, configuration: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Frames per second and median latency over ``seconds``; every request has run once before it counts."""
    before = time.process_time()
    if configuration["loop"] == "sync":
        latencies, elapsed = _one_by_one(loaded.compiled, arrays, seconds)
    else:
        # 0: as many requests as OpenVINO finds optimal.
        queue = ov.AsyncInferQueue(loaded.compiled, configuration["infer_requests"] or 0)
        latencies, elapsed = _overlapping(queue, arrays, seconds)
    return {
        "throughput_fps": len(latencies) / elapsed,
        "latency_ms": {"p50": float(np.median(latencies))},
        "cpu_ms_per_request": 1000 * (time.process_time() - before) / len(latencies),
    }


@dataclass(frozen=True)
class Judged:
    """What is told of the speed here, and whether it is a failure."""

    remark: str | None
    failed: bool = False


def looked_again(
    measured: Callable[[], dict[str, Any]], judged: Callable[[dict[str, Any]], Judged]
) -> tuple[dict[str, Any], Judged]:
    """The first look that does not fail, else the last of all, and what is told of it."""
    for _ in range(LOOKS):
        here = measured()
        found = judged(here)
        if not found.failed:
            break
    return here, found


def judge(here: dict[str, Any], profile: dict[str, Any], *, same_machine: bool, on_cpu: bool) -> Judged:
    """Compare with the record: a failure is what is slower than measured, on the same machine, by its own doing.

    By its own doing: each inference takes more CPU time, too. On a busy machine it takes as much, only later. Of a
    device beside the CPU that says nothing, and of a record nobody trusts neither does the throughput.
    """
    recorded, fps = profile["throughput_fps"], here["throughput_fps"]
    if recorded["low"] <= fps <= recorded["high"]:
        return Judged(None)
    word = "slower" if fps < recorded["low"] else "faster"
    told = f"{word} than recorded: {fps:.0f} frames/s lie outside {recorded['low']:.0f} to {recorded['high']:.0f}"
    if word == "faster" or fps >= recorded["low"] * (1 - ALLOWANCE):
        return Judged(told)
    if not same_machine:
        return Judged(f"{told}; it was recorded on another machine")
    if profile.get("trust", {}).get("verdict") != "trusted":
        return Judged(f"{told}; the record itself is not trusted")
    if on_cpu and not _dearer(here, profile):
        return Judged(f"{told}; an inference takes as much CPU time as recorded, so the machine is busy otherwise")
    return Judged(f"{told}, by more than the {ALLOWANCE:.0%} allowed", failed=True)


def _dearer(here: dict[str, Any], profile: dict[str, Any]) -> bool:
    recorded = profile.get("cpu_ms_per_request")
    return recorded is None or here["cpu_ms_per_request"] > recorded["high"] * (1 + ALLOWANCE)


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
