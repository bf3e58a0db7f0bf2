"""Records what every variant answers on the samples, by the package's own code in a process of its own.

``python -m workbench.packager.expected FOLDER`` writes ``samples/expected.json`` of the package there.
What records is what will compare, and a package that cannot run never leaves here.
"""

from __future__ import annotations

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
    # -B: no byte code among the files that are packed. The path: what is carried comes before what is installed.
    ended = subprocess.run(
        [sys.executable, "-B", "-m", __name__, str(package)],
        env={**os.environ, "PYTHONPATH": str(package / "app")},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        lines = ended.stderr.replace(f"{package}/", "").strip().splitlines()
        reason = lines[-1] if lines else f"its process ended with code {ended.returncode}"
        raise DoesNotRun(f"A model of the package does not run on its samples: {reason}")


def _main(root: Path) -> int:
    from workbench.application import comparison
    from workbench.application.package import EXPECTED, Package

    package = Package(root)
    samples = json.loads((root.parent / _QUESTION).read_bytes())
    outputs = {}
    for variant in package.manifest["variants"]:
        try:
            outputs[variant["name"]] = comparison.record(package, variant, samples)
        except (RuntimeError, KeyError, ValueError) as error:
            sys.stderr.write(f"{variant['name']}: {str(error.args[0]).strip().splitlines()[-1]}\n")
            return 1
    (root / EXPECTED).write_text(json.dumps({"samples": samples, "outputs": outputs}) + "\n")
    return 0


if __name__ == "__main__":
    code = _main(Path(sys.argv[1]))
    sys.stderr.flush()
    # Not sys.exit: tearing OpenVINO down can hang or abort after the record is written.
    os._exit(code)
