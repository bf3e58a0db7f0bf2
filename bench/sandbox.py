"""What confining a core costs: until its first line of code, and while OpenVINO infers. In turns, confined and not.

Targets: start-up at most 20 ms more; no slower afterwards.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from paired import ROUNDS, geometric
from workbench.runner.sandbox import paths
from workbench.runner.sandbox.enter import enter
from workbench.runner.sandbox.owner import furnish

STARTS, WARM, SECONDS = 60, 5, 3.0
NOTHING = "pass"
INFERRING = """
import sys, time
import numpy as np, openvino as ov
from openvino import opset13 as ops
given = ops.parameter([1, 16, 56, 56], np.float32)
node = given
for _ in range(6):
    node = ops.relu(ops.convolution(node, np.ones((16, 16, 3, 3), np.float32), [1, 1], [1, 1], [1, 1], [1, 1]))
request = ov.compile_model(ov.Model([node], [given]), "CPU").create_infer_request()
image, count = np.ones((1, 16, 56, 56), np.float32), 0
for _ in range(50):
    request.infer([image])
started = time.monotonic()
while time.monotonic() - started < float(sys.argv[1]):
    request.infer([image])
    count += 1
print((time.monotonic() - started) / count * 1000)
"""


def main() -> None:
    """Print both, each with a 95 % interval."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        starts = [pair(lambda confined: started(home, confined), number) for number in range(STARTS + WARM)][WARM:]
        more = sorted((confined - bare) * 1000 for confined, bare in starts)
        margin = 1.96 * 1.2533 * statistics.stdev(more) / STARTS**0.5  # of a median
        median = statistics.median(more)
        bare_ms = statistics.median(bare for _, bare in starts) * 1000
        print(
            f"start-up, {STARTS} pairs, bare {bare_ms:.1f} ms: {median:+.1f} ms "
            f"[{median - margin:+.1f}, {median + margin:+.1f}] (target <= +20 ms)"
        )
        rounds = [pair(lambda confined: inferred(home, confined), number) for number in range(ROUNDS + 1)][1:]
        low, ratio, high = geometric([confined / bare for confined, bare in rounds])
        print(
            f"inference, {ROUNDS} rounds of {SECONDS:.0f} s: confined / bare {ratio:.3f} [{low:.3f}, {high:.3f}] "
            "(target: the interval holds 1)"
        )


def pair(measure, number: int) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    """Confined and not; either order comes equally often."""
    if number % 2:
        confined = measure(True)
        return confined, measure(False)
    bare = measure(False)
    return measure(True), bare


def started(home: Path, confined: bool) -> float:
    """Seconds from the fork to the end of an interpreter that does nothing."""
    before = time.monotonic()
    run(home, confined, [NOTHING])
    return time.monotonic() - before


def inferred(home: Path, confined: bool) -> float:
    """Milliseconds for each inference."""
    return float(run(home, confined, [INFERRING, str(SECONDS)]))


def run(home: Path, confined: bool, code: list[str]) -> str:
    """What the code has said, in a process as a supervisor makes it."""
    folder = home / "run"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "inputs").mkdir(parents=True)
    (folder / "spec.json").write_text("{}")
    furnish(folder)
    heard, said = os.pipe()
    if (child := os.fork()) == 0:
        os.dup2(said, 1)
        if confined:
            record = {"home": str(home), "device": None, "python_path": [], "writable": []}
            held = enter(paths.of_a_core(folder, record), str(time.monotonic_ns()))
            if held.missing:
                print(held.missing, file=sys.stderr)
        os.chdir(folder / "tmp") if confined else None
        os.execve(
            sys.executable,
            [sys.executable, "-P", "-s", "-c", *code],
            {"PATH": os.environ["PATH"], "HOME": str(folder / "tmp")},
        )
    os.close(said)
    with os.fdopen(heard) as pipe:
        answer = pipe.read()
    if os.waitpid(child, 0)[1]:
        raise SystemExit("the measured process failed")
    return answer


if __name__ == "__main__":
    main()
