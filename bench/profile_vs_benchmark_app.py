"""Measure the same model in the same configuration by a launch of the profiler and by ``benchmark_app``, in turns.

Target: the interval of the ratio of CPU ms per request lies within 0.97 to 1.03. That is the number that foreign
load on a shared machine disturbs least; throughput and p50 depend on who else computes and are printed beside it.
Both sides are fresh processes; either order comes equally often.
"""

from __future__ import annotations

import json
import math
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
from openvino import opset13 as ops
from paired import ROUNDS, geometric
from workbench.profiler.measuring import child

SECONDS, STREAMS = 3, 2
SPEC = {"main_file": "model.xml", "hint": None, "streams": STREAMS, "requests": STREAMS, "duration_s": SECONDS}

# benchmark_app itself, with a clock around its measuring loop: it prints no CPU time.
THEIRS = """
import json, sys, time
from openvino.tools.benchmark import benchmark, main
answer, loop = sys.argv.pop(), benchmark.Benchmark.main_loop
def timed(*arguments):
    started = time.process_time()
    found = loop(*arguments)
    cpu_s = time.process_time() - started
    with open(answer, "w") as file:
        json.dump({"throughput_fps": found[0], "p50": found[1], "cpu_ms_per_request": 1000 * cpu_s / found[6]}, file)
    return found
benchmark.Benchmark.main_loop = timed
main.main()
"""


def main() -> None:
    """Print the three ratios with their 95 % intervals over the rounds."""
    seen: dict[str, list[dict[str, float]]] = {"ours": [], "theirs": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ov.save_model(network(), folder / "model.xml", compress_to_fp16=False)
        for number in range(ROUNDS):
            for side in ["ours", "theirs"] if number % 2 else ["theirs", "ours"]:
                seen[side].append(ours(folder) if side == "ours" else theirs(folder))
    fps = statistics.median(each["throughput_fps"] for each in seen["ours"])
    print(f"{ROUNDS} rounds of {SECONDS} s, {STREAMS} streams, {fps:.0f} frames/s: ours / benchmark_app")
    targets = {"cpu_ms_per_request": " (target: within 0.97 to 1.03)", "throughput_fps": "", "p50": ""}
    for figure, target in targets.items():
        pairs = zip(seen["ours"], seen["theirs"], strict=True)
        low, ratio, high = geometric([mine[figure] / other[figure] for mine, other in pairs])
        value = statistics.median(each[figure] for each in seen["ours"])
        print(f"  {figure}: {value:.3f}, ratio {ratio:.3f} [{low:.3f}, {high:.3f}]{target}")


def ours(folder: Path) -> dict[str, float]:
    """One launch of the profiler's core."""
    found: dict[str, Any] = child.ask(
        "workbench.profiler.measuring.launch", {"spec": SPEC, "model": str(folder / "model.xml")}, folder
    )
    return {
        "p50": found["latency_ms"]["p50"],
        "throughput_fps": found["throughput_fps"],
        "cpu_ms_per_request": found["cpu_ms_per_request"],
    }


def theirs(folder: Path) -> dict[str, float]:
    """One run of benchmark_app with the same precision, streams, requests and seconds."""
    options = {
        "-m": folder / "model.xml",
        "-d": "CPU",
        "-hint": "none",
        "-nstreams": STREAMS,
        "-nireq": STREAMS,
        "-infer_precision": "f32",
        "-ip": "f32",
        "-api": "async",
        "-t": SECONDS,
    }
    arguments = [str(part) for pair in options.items() for part in pair]
    subprocess.run(
        [sys.executable, "-c", THEIRS, *arguments, folder / "theirs.json"], check=True, capture_output=True, text=True
    )
    return dict(json.loads((folder / "theirs.json").read_text()))


def network(side: int = 64, widths: tuple[int, ...] = (32, 64, 64, 128, 128, 256, 256)) -> ov.Model:
    """A plain convolutional classifier with random weights that takes about 2 ms on one core."""
    random = np.random.default_rng(0)
    image = ops.parameter([1, 3, side, side], np.float32, name="image")
    image.output(0).set_names({"image"})
    node, channels = image, 3
    for index, width in enumerate(widths):
        kernel = random.normal(0, math.sqrt(2 / (9 * channels)), (width, channels, 3, 3)).astype(np.float32)
        stride = 2 if index % 2 == 0 else 1
        node = ops.relu(ops.convolution(node, ops.constant(kernel), [stride, stride], [1, 1], [1, 1], [1, 1]))
        channels = width
    return ov.Model([ops.reduce_mean(node, ops.constant([2, 3]), keep_dims=False)], [image], "plain")


if __name__ == "__main__":
    main()
