"""Compare models while the machine's load changes, and count how often the ratio's interval holds the truth.

Each comparison is the profiler's own: rounds of launches in turns, here of a network, of the same network again, and of
one about twice as large. ``compare_under_load.py [--comparisons N] [--minutes M]``: by default 100, and none begins
after 30 minutes; 30 more rounds come before, without our load, and 10 after it.

- (a) The interval of large to small covers their ratio on a quiet machine in at least 90 of 100.
- (b) The network against itself is called different in at most 5 of 100.

The quiet ratio comes from one long comparison without our load; where others use the machine too, it is as quiet as
they leave it, and its own interval is printed. Beside (a) stands what measuring one after another would have said: the
same launches, but the large network's from the comparison after. The load: up to two loops on each core, as many as a
seeded draw says, for 0.5 to 6 s each time. Launches are forked (:mod:`launched`).
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import random
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import openvino as ov
import openvino.opset13 as ops
from launched import Launcher
from launched.faults import neighbours
from launched.forked import Forked
from workbench.figures import Figure, ratio
from workbench.profiler.measuring.facts import interval_of
from workbench.profiler.measuring.going_on import Goal
from workbench.profiler.measuring.rounds import measure, ratios
from workbench.profiler.measuring.subject import Subject
from workbench.profiler.values import ProfileSpec
from workbench.runner.core import Run

QUIET_LAUNCHES, QUIET_AGAIN = 30, 10
SMALL, AGAIN, LARGE = range(3)
METRICS = ("throughput_fps", "cpu_ms_per_request")
LAUNCHER = Launcher()


def main() -> None:
    """Print the quiet ratios, then the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--comparisons", type=int, default=100, metavar="N")
    parser.add_argument("--minutes", type=float, default=30.0, metavar="M")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for layers, model in ((4, "small.xml"), (8, "large.xml")):
            ov.save_model(network(layers), folder / model, compress_to_fp16=False)
        began = time.monotonic()
        truth = quiet(folder, QUIET_LAUNCHES)
        with changing_load(seed=1) as steps:
            loaded: list[list[Subject]] = []
            while len(loaded) < options.comparisons and time.monotonic() - began < 60 * options.minutes:
                loaded.append(compared(folder, 5))
                if len(loaded) % 10 == 0:
                    print(f"{len(loaded)} comparisons, {time.monotonic() - began:.0f} s", flush=True)
        quiet(folder, QUIET_AGAIN)
    print(
        f"{len(loaded)} comparisons of 5 rounds under {len(steps)} steps of load, "
        f"{time.monotonic() - began:.0f} s; load average {os.getloadavg()[0]:.1f}"
    )
    count(loaded, truth)


def quiet(folder: Path, launches: int) -> dict[str, Figure]:
    """The ratios without our load, printed; by metric."""
    found = compared(folder, launches)
    figures = {metric: told(found, LARGE, SMALL, metric) for metric in METRICS}
    for metric, figure in figures.items():
        print(f"quiet, {launches} rounds: {metric} of large to small {words(figure)}", flush=True)
    between = ratios(found[LARGE], found[SMALL])
    assert between is not None, "none was refused"
    cores = Figure.of(between["trust"]["cores"])
    print(f"quiet, {launches} rounds: of the cores {words(cores)}, so it is {between['trust']['verdict']}", flush=True)
    return figures


def compared(folder: Path, launches: int) -> list[Subject]:
    """One comparison: small, small again, large."""
    subjects: list[Subject] = []
    for name in ("small.xml", "small.xml", "large.xml"):
        spec = ProfileSpec(name, duration_s=0.1, launches=launches, seed=random.randrange(2**32))
        subjects.append(Forked(spec, folder / name, Goal(launches, None, 1.0), launcher=LAUNCHER))
    measure(Run(folder), subjects)
    return subjects


def told(subjects: list[Subject], mine: int, theirs: int, metric: str) -> Figure:
    """The paired ratio."""
    found = ratios(subjects[mine], subjects[theirs])
    assert found is not None, "none was refused"
    return Figure.of(found[metric])


def count(loaded: list[list[Subject]], truth: dict[str, Figure]) -> None:
    """How often the intervals were right, for each metric."""
    for metric, figure in truth.items():
        held = [told(each, LARGE, SMALL, metric) for each in loaded]
        alike = [told(each, AGAIN, SMALL, metric) for each in loaded]
        # As it was done before: small from one comparison, large from the one that came after.
        apart = [
            ratio(interval_of(after[LARGE].launches, metric), interval_of(before[SMALL].launches, metric))
            for before, after in itertools.pairwise(loaded)
        ]
        print(
            f"{metric}: (a) covers {covering(held, figure.value)}; (b) the same called different in "
            f"{sum(not each.holds(1.0) for each in alike)} of {len(alike)}; "
            f"one after another covers {covering(apart, figure.value)}",
            flush=True,
        )
    count_contradictions(loaded, truth["throughput_fps"].value)


def count_contradictions(loaded: list[list[Subject]], truth: float) -> None:
    """How many ratios of throughput are told to contradict themselves, and how often those that are not are right."""
    ratios_ = [found for each in loaded if (found := ratios(each[LARGE], each[SMALL]))]
    kept = [Figure.of(each["throughput_fps"]) for each in ratios_ if each["trust"]["verdict"] == "trusted"]
    print(
        f"throughput contradicts CPU time in {len(ratios_) - len(kept)} of {len(ratios_)}; "
        f"of the others {sum(each.holds(truth) for each in kept)} of {len(kept)} cover {truth:.3f}",
        flush=True,
    )


def covering(figures: list[Figure], value: float) -> str:
    """The share, and how wide the intervals are."""
    if not figures:
        return "none"
    held = sum(figure.holds(value) for figure in figures)
    widths = sorted(figure.half_width for figure in figures)
    return f"{held} of {len(figures)} (median half-width {widths[len(widths) // 2]:.0%})"


def words(figure: Figure) -> str:
    """With its interval."""
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def network(layers: int) -> ov.Model:
    """Convolutions, about 1 ms each on one core."""
    numbers = np.random.default_rng(0)
    image = ops.parameter([1, 3, 48, 48], np.float32, name="image")
    node, wide = image, 3
    for _ in range(layers):
        weights = numbers.standard_normal((32, wide, 3, 3)).astype(np.float32)
        node, wide = ops.relu(ops.convolution(node, ops.constant(weights), [1, 1], [1, 1], [1, 1], [1, 1])), 32
    return ov.Model([ops.reduce_mean(node, ops.constant(np.array([2, 3])))], [image], "layers")


@contextlib.contextmanager
def changing_load(seed: int) -> Iterator[list[int]]:
    """Loops that are stopped and let go on, from a thread; yields how many ran in each step so far."""
    draw, over, steps = random.Random(seed), threading.Event(), list[int]()
    with neighbours(2 * (os.cpu_count() or 1)) as loops:

        def turns() -> None:
            while not over.is_set():
                steps.append(draw.randint(0, len(loops)))
                for number, loop in enumerate(loops):
                    loop.send_signal(signal.SIGCONT if number < steps[-1] else signal.SIGSTOP)
                over.wait(draw.uniform(0.5, 6.0))

        thread = threading.Thread(target=turns)
        thread.start()
        try:
            yield steps
        finally:
            over.set()
            thread.join()


if __name__ == "__main__":
    main()
