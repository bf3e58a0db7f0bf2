"""Convert the same ONNX file by the core and by a bare ``read_model`` and ``save_model``, in turns.

``ov.convert_model`` in place of ``read_model`` gives the same and takes twice as long.

Targets: reading, converting and saving inside the core take at most 1.05 × the bare calls; the whole process at
most 1.5 s more than a bare script's, since it also describes what it wrote and runs it beside its source. Both sides
are fresh processes, and either order comes equally often: on a shared machine the second of two runs is not like the
first.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from paired import beside_bare

LAYERS, WIDTH = 12, 1536  # 113 MB of weights

BARE = """
import sys, time
from pathlib import Path
import openvino as ov
folder = Path(sys.argv[1])
started = time.time()
ov.save_model(ov.Core().read_model(folder / "inputs" / "model" / "model.onnx"), folder / "bare.xml")
print(time.time() - started, file=sys.stderr)
"""


def main() -> None:
    """Print the ratio with its 95 % interval over the rounds."""
    with tempfile.TemporaryDirectory() as name:
        folder = prepare(Path(name))
        size_mb = (folder / "inputs" / "model" / "model.onnx").stat().st_size / 1e6
        beside_bare(f"conversion of {size_mb:.0f} MB to FP16", lambda: run_core(folder), lambda: run_bare(folder))


def run_core(folder: Path) -> tuple[float, float]:
    """Seconds from its first progress to the one after saving, and of the whole process."""
    shutil.rmtree(folder / "outputs", ignore_errors=True)
    (folder / "outputs").mkdir()
    progress = folder / "progress.jsonl"
    progress.unlink(missing_ok=True)
    started = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "workbench.runner", "workbench.converter.convert", folder],
        check=True,
        capture_output=True,
    )
    whole = time.monotonic() - started
    at = {line["stage"]: line["at"] for line in map(json.loads, progress.read_text().splitlines())}
    return at["check"] - at["read"], whole


def run_bare(folder: Path) -> tuple[float, float]:
    """Seconds of the bare calls, and of the whole process."""
    started = time.monotonic()
    ended = subprocess.run([sys.executable, "-c", BARE, folder], check=True, capture_output=True, text=True)
    return float(ended.stderr.splitlines()[-1]), time.monotonic() - started


def prepare(folder: Path) -> Path:
    """The core's working folder with a stack of dense layers in it."""
    random = np.random.default_rng(0)
    weights, nodes, last = [], [], "data"
    for number in range(LAYERS):
        matrix = random.normal(0, 0.02, (WIDTH, WIDTH)).astype(np.float32)
        weights.append(numpy_helper.from_array(matrix, f"w{number}"))
        nodes += [
            helper.make_node("MatMul", [last, f"w{number}"], [f"m{number}"]),
            helper.make_node("Relu", [f"m{number}"], [f"r{number}"]),
        ]
        last = f"r{number}"
    shape = [1, WIDTH]
    graph = helper.make_graph(
        nodes,
        "dense",
        [helper.make_tensor_value_info("data", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(last, TensorProto.FLOAT, shape)],
        weights,
    )
    (folder / "inputs" / "model").mkdir(parents=True)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, folder / "inputs" / "model" / "model.onnx")
    (folder / "spec.json").write_text(json.dumps({"main_file": "model.onnx", "precision": "FP16", "inputs": {}}))
    return folder


if __name__ == "__main__":
    main()
