"""Profile one model on one device, or several in turns: fresh launches in rounds, then one pass each for the layers.

The core itself only waits while a launch measures; it must not be what disturbs the measurement. Each launch is a turn
of its own on the device.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from workbench.profiler.machine import state
from workbench.profiler.measuring.rounds import MEASURING, measure, ratios
from workbench.profiler.measuring.subject import Subject
from workbench.profiler.spec import read_spec
from workbench.runner.core import Refusal, Run


def run(run: Run) -> dict[str, Any]:
    """Measure ``inputs/model/<main_file>`` as the spec says; returns profile facts.

    In turns with it ``inputs/others/<n>/<main file>``: ``others`` says of each why it was refused or null,
    ``outputs/others/<n>.json`` is its profile, and ``ratios[i][j]`` are those of i to j, 0 being the model.
    """
    load_before = state.load()  # first of all: reading the models is load too
    spec = read_spec(run.spec)
    alone = replace(spec, others=())
    subjects = [Subject.opened(alone, run.inputs / "model", run.inputs)]
    subjects += [
        Subject.opened(replace(alone, main_file=main_file), run.inputs / "others" / str(number), run.inputs)
        for number, main_file in enumerate(spec.others)
    ]
    measure(run, subjects)
    return {
        **_with_layers(run, subjects, load_before),
        "others": [each.refusal and each.refusal.document() for each in subjects[1:]],
        "ratios": [[ratios(mine, theirs) for theirs in subjects] for mine in subjects],
    }


def _with_layers(run: Run, subjects: list[Subject], load_before: dict[str, Any]) -> dict[str, Any]:
    """The first model's facts; those of each other that was not refused become a file."""
    run.next_turn()
    run.progress("layers", MEASURING, "per-layer times")
    facts = subjects[0].facts(run, load_before)
    for number, subject in enumerate(subjects[1:]):
        if subject.refusal is not None:
            continue
        run.next_turn()
        try:
            found = subject.facts(run, load_before)
        except Refusal as refusal:
            subject.refusal = refusal
            continue
        (run.outputs / "others").mkdir(exist_ok=True)
        (run.outputs / "others" / f"{number}.json").write_text(json.dumps(found))
    return facts
