"""Records what every variant answers on the samples, by the package's own code in a process of its own.

``python -m workbench.packager.record FOLDER`` writes ``samples/expected.json`` of the package there.
What records is what will compare, and a package that cannot run never leaves here.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from workbench.runner.core import Refusal

_QUESTION = "samples.json"


class DoesNotRun(Refusal):
    """A variant of the package can't be compiled or run with its configuration."""


def record(package: Path, samples: list[dict[str, Any]]) -> None:
    """Run every variant on the samples; refuses with OpenVINO's reason when one does not run."""
    question = package.parent / _QUESTION
    question.write_text(json.dumps(samples))
    # -B: no byte code among the files that are packed.
    ended = subprocess.run([sys.executable, "-B", "-m", __name__, str(package)],
                           capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        lines = ended.stderr.strip().splitlines() or [f"ended with code {ended.returncode}"]
        reason = next((line for line in reversed(lines) if line.strip()), lines[-1]).strip()
        raise DoesNotRun(f"A packaged model does not run on its samples: {reason}", log=ended.stderr[-4000:])


def _main(package: Path) -> None:
    sys.path.insert(0, str(package / "app"))
    comparison = importlib.import_module("comparison")
    expected = comparison.record(json.loads((package.parent / _QUESTION).read_bytes()))
    (package / comparison.EXPECTED).write_text(json.dumps(expected) + "\n")


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
    # Not sys.exit: tearing OpenVINO down can hang or abort after the record is written.
    os._exit(0)
