"""`make demo`: make a model and a dataset, take them through the main job, prove the package that comes out.

``python -m workbench.standalone.demo`` does all of it; ``--make FOLDER`` only writes the inputs.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import Any

import zstandard
from workbench.standalone.demo import digits, export, network

INPUTS = "inputs"
UNDECIDED = 4  # of `workbench optimize`: there is a package, of the baseline
WORKBENCH = Path(sys.executable).with_name("workbench")


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code: 0 when the package proved itself, else that of the step that failed."""
    parser = argparse.ArgumentParser(prog="python -m workbench.standalone.demo", description=__doc__)
    parser.add_argument("--make", type=Path, metavar="FOLDER", help="only write model.onnx and digits/ there")
    parser.add_argument("--folder", type=Path, default=Path("build/demo"), help="where the files go")
    options = parser.parse_args(arguments)
    if options.make:
        make_inputs(options.make)
        return 0
    return demonstrate(options.folder)


def make_inputs(folder: Path) -> None:
    """Write ``model.onnx`` and ``digits/<class>/*.png`` into the folder; the same bytes every time."""
    started = time.monotonic()
    learnt, held_out = digits.load()
    trained = network.train(learnt)
    digits.write_folders(held_out, folder / "digits")
    (folder / "model.onnx").write_bytes(export.to_onnx(trained))
    right = (trained.scores(held_out.pixels).argmax(1) == held_out.labels).mean()
    _say(f"model.onnx  learnt from {len(learnt.labels)} digits; {right:.1%} right on others")
    _say(f"digits/     {len(held_out.labels)} others, one folder per class")
    _say(f"made in {time.monotonic() - started:.0f} s")


def demonstrate(folder: Path) -> int:
    """The whole way, each step's own output passed through."""
    _title("Making a model and images")
    make_inputs(folder / INPUTS)
    _title("workbench optimize: import, convert, profile, calibrate, evaluate, compare, package")
    code = optimize(folder)
    if code not in (0, UNDECIDED):
        return code
    _title("Installing the package in an environment of its own, and its self-test")
    package = unpack(folder / "package.tar.zst", folder / "unpacked")
    for script in ("install.sh", "selftest.sh"):
        code = subprocess.run([str(package / script)], check=False).returncode
        if code:
            _say(f"{package / script} failed with exit code {code}")
            return code
    _conclude(folder, package)
    return 0


def optimize(folder: Path) -> int:
    """Run the main job on the inputs in ``folder``; returns the command's exit code."""
    command = [
        str(WORKBENCH),
        "optimize",
        str(folder / INPUTS / "model.onnx"),
        "--dataset",
        str(folder / INPUTS / "digits"),
        "--task",
        "classification",
        "--report",
        str(folder / "report.json"),
        "--package",
        str(folder / "package.tar.zst"),
    ]
    _say("$ " + " ".join(["workbench", *command[1:]]))
    code = subprocess.run(command, check=False).returncode
    if code == UNDECIDED:
        _say("Undecided: the lines above say what would decide it. The demo goes on with the baseline's package.")
    elif code:
        _say(f"workbench optimize failed with exit code {code}; its lines above say why")
    return code


def unpack(archive: Path, into: Path) -> Path:
    """Unpack a deployment package into a fresh folder; returns the package's own folder in it."""
    shutil.rmtree(into, ignore_errors=True)
    with (
        archive.open("rb") as packed,
        zstandard.ZstdDecompressor().stream_reader(packed) as plain,
        tarfile.open(fileobj=plain, mode="r|") as tar,
    ):
        tar.extractall(into, filter="data")
    (package,) = into.iterdir()
    return package


def _conclude(folder: Path, package: Path) -> None:
    report: dict[str, Any] = json.loads((folder / "report.json").read_bytes())
    recommended = report["recommended"]
    image = min((folder / INPUTS / "digits" / "7").glob("*.png"))
    command = os.path.relpath(WORKBENCH)
    _title("Done")
    _say(f"recommended  {recommended['variant'] or recommended['decision']}: {recommended['reason']}")
    _say(f"report       {folder / 'report.json'}")
    _say(f"package      {folder / 'package.tar.zst'}")
    _say("\nWhat to try next")
    _say(f"  {package / 'run.sh'} {image}")
    _say(f"  {command} optimize YOUR_MODEL.onnx --dataset YOUR_IMAGES --package yours.tar.zst")
    _say(f"  {command} optimize … --objective latency --max-accuracy-drop 0.5")
    _say(f"  {command} up            # serve the HTTP API and keep it running")
    _say(f"  {command} models list   # what this run left in the workbench")


def _title(text: str) -> None:
    _say(f"\n== {text}")


def _say(text: str) -> None:
    # Flushed at once: the commands in between write to the same terminal.
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
