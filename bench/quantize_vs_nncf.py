"""Calibrate the same model with the same images by the core and by a bare ``nncf.quantize``, in turns.

Targets: the call inside the core takes at most 1.05 × the bare call; the whole process at most 1.5 s more than
a bare script's. Both sides are fresh processes and decode the images while NNCF asks for them. Either order
comes equally often: on a shared machine the second of two runs is not like the first.
"""

from __future__ import annotations

import io
import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import openvino as ov
from openvino import opset8 as ops
from paired import beside_bare
from PIL import Image
from workbench.shards import ShardWriter

IMAGES, SIDE = 150, 224
RECIPE = {
    "task": "classification",
    "mean": [124, 116, 104],
    "scale": [58, 57, 57],
    "input": {"name": "data", "width": SIDE, "height": SIDE, "channels": 3, "layout": "NCHW"},
}

BARE = """
import json, sys, time
from pathlib import Path
import nncf, openvino as ov
from workbench.imaging.preprocess import preprocess
from workbench.tasks.recipe import Recipe
folder = Path(sys.argv[1])
recipe = Recipe.from_json(json.loads((folder / "spec.json").read_text())["recipe"])
files = sorted((folder / "images").iterdir())
model = ov.Core().read_model(folder / "inputs" / "model" / "model.xml")
started = time.monotonic()
dataset = nncf.Dataset(files, lambda file: preprocess(file.read_bytes(), recipe.preparation))
quantized = nncf.quantize(model, dataset, subset_size=len(files))
print(time.monotonic() - started, file=sys.stderr)
ov.save_model(quantized, folder / "bare.xml", compress_to_fp16=False)
"""


def main() -> None:
    """Print the two ratios with their 95 % intervals over the rounds."""
    with tempfile.TemporaryDirectory() as name:
        folder = prepare(Path(name))
        beside_bare(f"calibration of {IMAGES} images", lambda: run_core(folder), lambda: run_bare(folder))


def run_core(folder: Path) -> tuple[float, float]:
    """Seconds of the call inside the core, and of the whole process."""
    started = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "workbench.runner", "workbench.calibrator.quantize", folder],
        check=True,
        capture_output=True,
    )
    whole = time.monotonic() - started
    return json.loads((folder / "result.json").read_text())["result"]["calibration"]["seconds"], whole


def run_bare(folder: Path) -> tuple[float, float]:
    """Seconds of the bare call, and of the whole process."""
    started = time.monotonic()
    ended = subprocess.run([sys.executable, "-c", BARE, folder], check=True, capture_output=True, text=True)
    return float(ended.stderr.splitlines()[-1]), time.monotonic() - started


def prepare(folder: Path) -> Path:
    """The core's working folder, and the same images as plain files."""
    (folder / "images").mkdir()
    (folder / "inputs" / "model").mkdir(parents=True)
    ov.save_model(network(), folder / "inputs" / "model" / "model.xml", compress_to_fp16=False)
    with ShardWriter(folder / "inputs" / "dataset") as writer:
        for number in range(IMAGES):
            data = picture(number)
            (folder / "images" / f"{number:03d}.jpg").write_bytes(data)
            writer.add(f"{number:03d}.jpg", data, split="calibration", width=480, height=360)
    (folder / "spec.json").write_text(json.dumps({"main_file": "model.xml", "recipe": RECIPE, "subset_size": IMAGES}))
    return folder


def picture(number: int) -> bytes:
    """A JPEG of the size and smoothness of a small photo."""
    coarse = np.random.default_rng(number).integers(0, 256, (24, 32, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(coarse).resize((480, 360), Image.Resampling.BICUBIC).save(file, "JPEG", quality=90)
    return file.getvalue()


def network(widths: tuple[int, ...] = (32, 64, 64, 128, 128, 256, 256)) -> ov.Model:
    """A plain convolutional classifier of 1000 classes, about 0.7 GMAC, with random weights."""
    random = np.random.default_rng(0)
    image = ops.parameter([1, 3, SIDE, SIDE], ov.Type.f32, name="data")
    image.output(0).set_names({"data"})
    node, channels = image, 3
    for index, width in enumerate(widths):
        kernel = random.normal(0, math.sqrt(2 / (9 * channels)), (width, channels, 3, 3)).astype(np.float32)
        stride = 2 if index % 2 == 0 else 1
        node = ops.convolution(node, kernel, [stride, stride], [1, 1], [1, 1], [1, 1])
        node = ops.relu(ops.add(node, random.normal(0, 0.1, (1, width, 1, 1)).astype(np.float32)))
        channels = width
    pooled = ops.reduce_mean(node, ops.constant([2, 3]), keep_dims=False)
    scores = ops.matmul(pooled, random.normal(0, 0.1, (channels, 1000)).astype(np.float32), False, False)
    return ov.Model([ops.softmax(scores, 1)], [image], "plain")


if __name__ == "__main__":
    main()
