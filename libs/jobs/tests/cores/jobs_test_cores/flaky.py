"""Is killed as often as it is told, then succeeds."""

import os
import signal
import uuid
from pathlib import Path


def run(run):
    journal = Path(run.spec["journal"])
    Path(f"{journal}-{uuid.uuid4()}").touch()
    if len(list(journal.parent.glob(f"{journal.name}-*"))) <= run.spec["deaths"]:
        os.kill(os.getpid(), signal.SIGKILL)
    return {}
