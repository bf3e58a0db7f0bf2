"""Stays for a moment, says all the time that it is there, and leaves a file."""

import os
import time
from pathlib import Path


def run(run):
    end = time.monotonic() + run.spec["seconds"]
    journal = Path(run.spec["journal"]) / f"{run.spec['number']}-{os.getpid()}-{time.monotonic_ns()}"
    with journal.open("w", buffering=1) as beats:
        while time.monotonic() < end:
            beats.write(f"{time.monotonic():.6f}\n")
            time.sleep(0.005)
        beats.write(f"{time.monotonic():.6f}\n")
    (run.outputs / "number.txt").write_text(str(run.spec["number"]))
    return {"computed": run.spec["number"] * 2}
