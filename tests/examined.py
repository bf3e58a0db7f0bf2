"""The registry's core over many folders in one process, since one for each would take minutes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_MANY = """
import sys, tempfile
from pathlib import Path
from workbench.model_registry import inspect
from workbench.runner.core import Refusal, Run
tempfile.tempdir = sys.argv[2]
for folder in sorted(Path(sys.argv[1]).iterdir()):
    try:
        inspect.run(Run(folder))
    except Refusal as refused:
        assert "\\n" not in str(refused) and sys.argv[1] not in str(refused), refused
"""


def examine_all(runs: Path, temporary: Path) -> subprocess.CompletedProcess[str]:
    """How it ended. A refusal is one line that tells no path; ``temporary`` takes what the core leaves for itself."""
    return subprocess.run(
        [sys.executable, "-c", _MANY, str(runs), str(temporary)],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=120,
        check=False,
    )
