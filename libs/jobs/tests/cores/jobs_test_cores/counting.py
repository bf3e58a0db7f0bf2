"""Takes as long as it is told, or until told that this is enough; and notes each start beside the store, so that a test
sees a doubled run."""

import time
import uuid
from pathlib import Path


def run(run):
    Path(f"{run.spec['journal']}-{uuid.uuid4()}").touch()
    run.progress("counting", 0.5, "half")
    run.log("counting")
    ends, enough = time.monotonic() + run.spec["takes_s"], Path(f"{run.spec['journal']}.enough")
    while time.monotonic() < ends and not enough.exists():
        time.sleep(0.02)
    (run.outputs / "count.txt").write_text("3")
    return {"count": 3}
