"""Launches of all models in turns, so that a load which changes meanwhile meets them alike; and the ratios of pairs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.figures import Figure
from workbench.figures.launches import paired_ratio
from workbench.profiler.measuring.contradiction import trust_of_ratio
from workbench.profiler.measuring.subject import Subject
from workbench.runner.core import Run

Ratios = dict[str, dict[str, Any]]
MEASURING = 0.95  # of the whole run; the rest is for the layers
_METRICS: dict[str, Callable[[dict[str, Any]], float | None]] = {
    "throughput_fps": lambda launch: launch["throughput_fps"],
    "latency_p50_ms": lambda launch: launch["latency_ms"]["p50"],
    "cpu_ms_per_request": lambda launch: launch["cpu_ms_per_request"],
}


def measure(run: Run, subjects: Sequence[Subject]) -> None:
    """Rounds of one launch each, until every model has enough of them. Each launch is a turn of its own on the device.

    Raises the Refusal of the first model; another one that is refused drops out and has it noted.
    """
    _raise_of(subjects[0])
    run.progress("measuring", 0.0, f"launch 1 of {subjects[0].spec.launches}")
    begun = False
    while going := [each for each in subjects if each.refusal is None]:
        if not any(each.goal.wants_more(each.launches) for each in going):
            return
        number = len(going[0].launches)
        for place, index in enumerate(order(len(going), number, subjects[0].spec.seed)):
            if begun:  # whoever waits for the device comes in between
                run.next_turn()
            begun = True
            _launch(run, going[index], place, going)
            _raise_of(subjects[0])


def order(count: int, number: int, seed: int) -> list[int]:
    """Who comes when in round ``number``: drawn anew for each two rounds, of which the second goes backwards.

    Drawn, or a load that comes and goes in step with the rounds would meet one model more than another; backwards, so
    that a load which rises or falls steadily cancels.
    """
    drawn: list[int] = np.random.default_rng([seed, number // 2]).permutation(count).tolist()
    return drawn[::-1] if number % 2 else drawn


def ratios(mine: Subject, theirs: Subject) -> Ratios | None:
    """How many times theirs each figure of mine is, by pairs of one round; None where one of the two was refused.

    ``trust``: whether these measures agree, where that can be told.
    """
    if mine.refusal or theirs.refusal:
        return None
    found: Ratios = {}
    for name in _METRICS:
        pair = _values(mine, name), _values(theirs, name)
        if pair[0] is not None and pair[1] is not None:
            figure = Figure(1.0, 1.0, 1.0) if mine is theirs else paired_ratio(pair[0], pair[1])
            found[name] = figure.to_json()
    trust = None if mine is theirs else trust_of_ratio(mine.launches, theirs.launches)
    return found if trust is None else {**found, "trust": trust}


def _launch(run: Run, subject: Subject, place: int, going: Sequence[Subject]) -> None:
    began = time.monotonic()
    subject.launch(run, place)
    for each in going:  # the time is that of all together
        each.goal.took(time.monotonic() - began)
    if subject.refusal is None:
        share = statistics.fmean(each.goal.share(each.launches) for each in going)
        which = f"model {going.index(subject) + 1} of {len(going)}, " if len(going) > 1 else ""
        run.progress("measuring", MEASURING * share, which + subject.goal.words(subject.launches))


def _raise_of(first: Subject) -> None:
    if first.refusal is not None:
        raise first.refusal


def _values(subject: Subject, name: str) -> NDArray[np.float64] | None:
    values = [_METRICS[name](launch) for launch in subject.launches]
    return None if None in values else np.array(values, dtype=np.float64)
