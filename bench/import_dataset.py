"""Import a folder of photos by the core, beside a bare loop that reads, decodes and hashes the same files, in turns.

Whether an image is whole only decoding all of it tells, so this is what anybody pays who checks it; the time of
reading and hashing alone is printed beside it. Targets: the core takes at most twice the bare loop's time, and the peak
of its memory is the same for four times as many images.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image
from workbench.dataset.generate import make
from workbench.dataset.values import Generation
from workbench.imaging.preprocess import decode

IMAGES, ROUNDS = 200, 5
SIZE, GRAIN = (640, 480), 8


def main() -> None:
    """Print the ratios of a pair of runs at a time, then the peaks of memory."""
    with tempfile.TemporaryDirectory() as name:
        few, many = prepare(Path(name) / "few", IMAGES), prepare(Path(name) / "many", 4 * IMAGES)
        ratios, hashing = [], []
        for turn in range(ROUNDS):
            pair = (core(few)[0], bare(few)) if turn % 2 else (bare(few), core(few)[0])[::-1]
            ratios.append(pair[0] / pair[1])
            hashing.append(read_and_hash(few))
            print(f"core {pair[0]:.2f} s, bare {pair[1]:.2f} s", flush=True)
        size_mb = sum(file.stat().st_size for file in (few / "inputs").rglob("*.jpg")) / 1e6
        print(
            f"import of {IMAGES} photos of {SIZE[0]}×{SIZE[1]}, {size_mb:.0f} MB: ratio to reading, decoding and "
            f"hashing {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}; target <= 2); reading "
            f"and hashing alone takes {statistics.median(hashing):.3f} s"
        )
        peaks = [core(folder)[1] for folder in (few, many)]
        print(f"peak memory: {peaks[0]} MiB of {IMAGES} photos, {peaks[1]} MiB of {4 * IMAGES} (target: flat)")


def prepare(folder: Path, count: int) -> Path:
    """A run's folder with so many photos as its upload: each another, of what photos share."""
    upload = folder / "inputs" / "upload"
    upload.mkdir(parents=True)
    base = [grained(seed) for seed in range(8)]
    for number in range(count):
        photo = base[number % len(base)].copy()
        photo.paste((number % 256, number // 256, 0), (0, 0, 8, 8))
        photo.save(upload / f"{number:05d}.jpg", quality=90)
    (folder / "spec.json").write_text("{}")
    return folder


def grained(seed: int) -> Image.Image:
    """What photos share, with as much grain as makes files of their size."""
    levels = np.asarray(make(Generation(1, *SIZE, seed=seed), 0), np.float64)
    grain = np.random.default_rng(seed).normal(0, GRAIN, levels.shape)
    return Image.fromarray(np.clip(levels + grain, 0, 255).astype(np.uint8))


def core(folder: Path) -> tuple[float, int]:
    """Seconds from its first progress to its result, and the most memory it had, in MiB."""
    shutil.rmtree(folder / "outputs", ignore_errors=True)
    (folder / "outputs").mkdir()
    for name in ("progress.jsonl", "result.json"):
        (folder / name).unlink(missing_ok=True)
    child = subprocess.Popen(
        [sys.executable, "-m", "workbench.runner", "workbench.dataset.ingest", folder],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert "result" in json.loads((folder / "result.json").read_text())
    began = json.loads((folder / "progress.jsonl").read_text().splitlines()[0])["at"]
    return (folder / "result.json").stat().st_mtime - began, usage.ru_maxrss // 1024


def bare(folder: Path) -> float:
    """Seconds of a loop that reads, decodes and hashes each file."""
    started = time.monotonic()
    for file in sorted((folder / "inputs" / "upload").iterdir()):
        data = file.read_bytes()
        hashlib.sha256(data).hexdigest()
        decode(data)
    return time.monotonic() - started


def read_and_hash(folder: Path) -> float:
    """Seconds of a loop that only reads and hashes."""
    started = time.monotonic()
    for file in sorted((folder / "inputs" / "upload").iterdir()):
        hashlib.sha256(file.read_bytes()).hexdigest()
    return time.monotonic() - started


if __name__ == "__main__":
    main()
