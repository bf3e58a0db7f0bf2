"""Profile one model on one device: fresh launches one after another, then one pass for the layers.

The core itself only waits while a launch measures; it must not be what disturbs the measurement. Each launch is a turn
of its own on the device.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import openvino as ov
from workbench.ir import Unreadable
from workbench.profiler.devices import provenance
from workbench.profiler.machine import cgroups, state
from workbench.profiler.measuring import child
from workbench.profiler.measuring.facts import aggregate
from workbench.profiler.measuring.going_on import Goal
from workbench.profiler.spec import read_spec
from workbench.profiler.values import ProfileSpec
from workbench.runner.core import Run

_LAUNCH, _COUNTERS = "workbench.profiler.measuring.launch", "workbench.profiler.layers.counters"


def run(run: Run) -> dict[str, Any]:
    """Measure ``inputs/model/<main_file>`` as the spec says; returns profile facts."""
    load_before = state.load()  # first of all: reading the model is load too
    spec = read_spec(run.spec)
    model = run.inputs / "model" / spec.main_file
    if not model.is_file():
        raise Unreadable(f"{spec.main_file}: there is no such file.", file=spec.main_file)
    # Reads the whole model, so that the first launch finds it in the page cache as the others do.
    digest = provenance.model_digest(model)
    goal = Goal(spec.launches, spec.until, spec.within_s)
    launches = _launch_all(run, spec, model, goal)
    run.next_turn()
    run.progress("layers", 0.95, "per-layer times")
    layers = child.ask(_COUNTERS, {"spec": spec.to_json(), "model": str(model)}, run.scratch)
    facts = aggregate(launches, cgroups.cores_available(), load_before)
    return {
        **facts,
        "until": goal.reached(launches),
        "notes": [*facts["notes"], *goal.notes(launches)],
        **layers,
        "provenance": _provenance(spec, digest, load_before, launches[0]["compiled"]),
    }


def _launch_all(run: Run, spec: ProfileSpec, model: Path, goal: Goal) -> list[dict[str, Any]]:
    launches: list[dict[str, Any]] = []
    run.progress("measuring", 0.0, f"launch 1 of {spec.launches}")
    while goal.wants_more(launches):
        if launches:  # whoever waits for the device comes in between
            run.next_turn()
        question = {"spec": spec.to_json(), "model": str(model), **_agreed_loop(launches)}
        began = time.monotonic()
        launches.append(child.ask(_LAUNCH, question, run.scratch))
        goal.took(time.monotonic() - began)
        run.progress("measuring", 0.95 * goal.share(launches), goal.words(launches))
    return launches


def _agreed_loop(launches: list[dict[str, Any]]) -> dict[str, Any]:
    # The first launch chooses for all: launches that measured differently could not be averaged.
    if not launches:
        return {}
    return {"loop": launches[0]["loop"], "loop_reason": launches[0]["loop_reason"]}


def _provenance(spec: ProfileSpec, digest: str, load_before: dict[str, Any],
                compiled: dict[str, Any]) -> dict[str, Any]:
    return {
        "model_digest": digest,
        "spec": spec.to_json(),
        "versions": provenance.versions(),
        "device": provenance.device_facts(ov.Core(), spec.device),
        "compiled": compiled,
        "machine": state.identity(),
        "load_before": load_before,
    }
