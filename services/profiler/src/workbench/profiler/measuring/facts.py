"""From the figures of several launches to one answer: every metric with its interval over launches."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from workbench.figures import Figure
from workbench.figures.launches import log_t_interval
from workbench.profiler.measuring.evidence import Evidence
from workbench.profiler.measuring.latencies import missing_reason
from workbench.profiler.measuring.trust import judge
from workbench.profiler.values import Loop

Launch = dict[str, Any]
OUT_OF_ORDER = 5.0  # times the median: queueing and warming caches stay well below
_TIMES = ("load_ms", "compile_ms", "first_inference_ms")
_ELSEWHERE = ("loop", "loop_reason", "configuration", "compiled", "inputs")  # the same in every launch, told once


def aggregate(
    launches: Sequence[Launch], cores_available: float, load_before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Profile facts without layers and provenance, from the figures of at least five ``launch.measure``.

    ``load_before``: how busy the machine was before the first of them, as ``machine.state.load`` says.
    """
    throughput = interval_of(launches, "throughput_fps")
    cpu_cores = statistics.fmean(launch["cpu_cores"] for launch in launches)
    return {
        "throughput_fps": throughput.to_json(),
        "latency_ms": _latency(launches),
        "cpu_ms_per_request": interval_of(launches, "cpu_ms_per_request").to_json(),
        "cpu_share": {"obtained": cpu_cores, "available": cores_available, "waiting": _mean_waiting(launches)},
        **{name: interval_of(launches, name).to_json() for name in _TIMES},
        "peak_memory_bytes": max(launch["peak_memory_bytes"] or 0 for launch in launches) or None,
        "loop": launches[0]["loop"],
        "loop_reason": launches[0]["loop_reason"],
        "inputs": launches[0].get("inputs"),
        "notes": _notes(launches),
        "launches": [_raw(launch) for launch in launches],
        "configuration": launches[0]["configuration"],
        "trust": judge(evidence(launches, throughput, load_before or {})),
    }


def interval_of(launches: Sequence[Launch], name: str) -> Figure:
    """The interval of one top-level figure over the launches."""
    return log_t_interval(np.array([launch[name] for launch in launches], dtype=np.float64))


def evidence(launches: Sequence[Launch], throughput: Figure, load_before: Mapping[str, Any]) -> Evidence:
    """What the trust rules need to know about the launches; what an older launch did not note is None."""

    def seen(name: str) -> tuple[Any, ...]:
        return tuple(launch.get(name) for launch in launches)

    return Evidence(
        throughput=throughput,
        speeds=seen("throughput_fps"),
        stalls=tuple(_stalled(launch) for launch in launches),
        stolen=seen("stolen_share"),
        throttled=seen("throttled_share"),
        memory_stalled=seen("memory_stalled_share"),
        clock_limits_khz=seen("clock_limit_khz"),
        heat_throttles=seen("heat_throttles"),
        pressure_before=(load_before.get("cpu_pressure") or {}).get("some_avg10"),
        waiting=tuple(launch["waiting_share"] for launch in launches),
        host=tuple(launch["host_share"] for launch in launches),
        cores_obtained=statistics.fmean(launch["cpu_cores"] for launch in launches),
        loop=Loop(launches[0]["loop"]),
        rounds=tuple(launch["inferences"] / launch["requests"] for launch in launches),
        seconds=seen("duration_s"),
    )


def _stalled(launch: Launch) -> float:
    """The share of a launch that its slowest inference took beyond the usual time, when that is out of all order."""
    slowest, usual = launch["latency_ms"]["max"], launch["latency_ms"]["p50"] or launch["latency_ms"]["mean"]
    return (slowest - usual) / 1000 / launch["duration_s"] if slowest > OUT_OF_ORDER * usual else 0.0


def _latency(launches: Sequence[Launch]) -> dict[str, Any]:
    summaries = [launch["latency_ms"] for launch in launches]
    return {name: _interval_or_none([summary[name] for summary in summaries]) for name in summaries[0]}


def _interval_or_none(values: list[float | None]) -> dict[str, float] | None:
    known = [value for value in values if value is not None]
    return log_t_interval(np.array(known)).to_json() if len(known) == len(values) else None


def _notes(launches: Sequence[Launch]) -> list[str]:
    fewest = min(launch["inferences"] for launch in launches)
    missing = [name for name, value in _latency(launches).items() if value is None]
    notes = [f"{missing_reason(name, fewest)}." for name in missing]
    if any(launch["stretched"] for launch in launches):
        longest = max(launch["duration_s"] for launch in launches)
        notes.append(f"Launches measured longer than asked for, up to {longest:.1f} s, for enough inferences.")
    return notes + _configuration_notes(launches[0]["configuration"])


def _configuration_notes(configuration: Mapping[str, Any]) -> list[str]:
    """Streams that had nothing to do, and precisions that nobody knows."""
    notes, streams, requests = [], configuration.get("NUM_STREAMS"), configuration["requests"]
    if isinstance(streams, int) and streams > requests:
        latency = configuration.get("PERFORMANCE_HINT") == "LATENCY"
        why = "With the hint latency OpenVINO finds that enough; ask" if latency else "Ask"
        notes.append(
            f"{streams} streams were made, but {requests} in flight at a time: the others stood idle. {why} "
            "for as many `requests` as `streams` to use them all."
        )
    if configuration.get("executed", {"precision": ""})["precision"] is None:
        notes.append("In which precision the device executed is not known: it does not say.")
    return notes


def _mean_waiting(launches: Sequence[Launch]) -> float | None:
    known = [launch["waiting_share"] for launch in launches if launch["waiting_share"] is not None]
    return statistics.fmean(known) if known else None


def _raw(launch: Launch) -> Launch:
    return {name: value for name, value in launch.items() if name not in _ELSEWHERE}
