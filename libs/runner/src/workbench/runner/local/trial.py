"""What confinement this machine permits, found by trying it in a process of its own; and in words for people.

``python -m workbench.runner.local.trial FOLDER RECORD`` confines itself as a core in this folder would be, and says
what holds.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from workbench.runner.local.confine import environment
from workbench.runner.sandbox import paths
from workbench.runner.sandbox.enter import enter
from workbench.runner.sandbox.owner import furnish
from workbench.runner.sandbox.rights import COUNT, FIRST

_RECORD: dict[str, Any] = {"device": None, "python_path": [], "writable": [], "run": "trial"}
_PATIENCE_S = 30.0


@cache
def trial(home: Path) -> dict[str, Any]:
    """As it is kept with a run: see Confinement. Tried once in a process's life."""
    try:
        place = home if home.is_dir() else None  # nothing was served here yet: any place will do
        with tempfile.TemporaryDirectory(prefix=".sandbox-", dir=place) as folder:
            record = json.dumps(_RECORD | {"home": str(home.resolve())})
            command = [sys.executable, "-P", "-s", "-m", "workbench.runner.local.trial", folder, record]
            ended = subprocess.run(
                command, env=environment(folder, []), capture_output=True, text=True, timeout=_PATIENCE_S, check=True
            )
        found: dict[str, Any] = json.loads(ended.stdout)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return {"complete": False, "missing": [f"it could not be tried: {error}"]}
    return found


def in_words(found: dict[str, Any], mode: str) -> str:
    """One line: what holds for the cores here, or what does not, and what comes of that."""
    if not found["complete"]:
        so = "so none is started (WORKBENCH_SANDBOX=require)" if mode == "require" else "they go on with what holds"
        return f"runs are not confined completely, {so}. Missing: {'; '.join(found['missing'])}."
    user = f", each as a user of its own ({FIRST} to {FIRST + COUNT - 1}, or as many as there are)"
    return (
        f"runs are confined: files by Landlock {found['files']}, system calls, no capabilities, no network"
        f"{user if found['user'] is not None else ''}."
    )


def main() -> None:
    """See the module."""
    folder, record = Path(sys.argv[1]), json.loads(sys.argv[2])
    furnish(folder)
    (folder / "inputs").mkdir()
    (folder / "spec.json").write_text("{}")
    sys.stdout.write(json.dumps(enter(paths.of_a_core(folder, record), record["run"]).document()))


if __name__ == "__main__":
    main()
