"""Is killed as often as it is told, then succeeds."""

import os
import signal
from pathlib import Path


def run(run):
    journal = Path(run.spec["journal"])
    with journal.open("a") as lines:
        lines.write("start\n")
    if len(journal.read_text().splitlines()) <= run.spec["deaths"]:
        os.kill(os.getpid(), signal.SIGKILL)
    return {}
