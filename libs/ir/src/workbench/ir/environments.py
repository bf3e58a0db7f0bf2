"""Models that only their own framework reads: its interpreter, in an environment apart, makes an IR of them.

An environment lies in ``<prefix>/environments/<name>`` with its `convert.py`, as `workbench environments install` made
it. That is beside our own libraries, so a confined core may read and run it and change nothing there. The child has the
core's limits and confinement, and no variable of ours.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from workbench.runner.core import Refusal

RUN = "run.py"
_LONGEST_REASON = 400


class EnvironmentMissing(Refusal):
    """The model is read in an environment that is not installed here: ``environment`` is its name.

    Remedy: `workbench environments install <environment>`, where the workbench runs.
    """


class NotConverted(Refusal):
    """The framework refused the file, in its own environment; the text says why."""


def folder_of(name: str) -> Path:
    """Where the environment lies, or would."""
    return Path(sys.prefix, "environments", name)


def interpreter_of(name: str) -> Path:
    """Its own Python; there where the environment is."""
    return folder_of(name) / "bin" / "python"


def runs(name: str) -> bool:
    """Whether it can compute what it reads, besides converting it."""
    return (folder_of(name) / RUN).is_file()


def program(name: str, which: str) -> list[str | Path]:
    """The command that starts one of its programs; what lies beside that can be imported."""
    return [interpreter_of(name), folder_of(name) / which]


def variables() -> dict[str, str]:
    """All that its programs are given of the environment of a core."""
    return {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR", "LANG") if key in os.environ}


def converted(name: str, source: Path, called: str, target: Path) -> Path:
    """The IR ``target`` of what ``source`` holds. Raises EnvironmentMissing, NotConverted or MemoryError."""
    if not interpreter_of(name).exists():
        raise EnvironmentMissing(
            f"{called}: it is read in an environment of its own, {name}, which is not installed here. Run "
            f"`workbench environments install {name}` where the workbench runs.",
            file=called, environment=name)  # fmt: skip
    done = subprocess.run([*program(name, "convert.py"), source, target], stderr=subprocess.PIPE, env=variables(),
                          cwd=target.parent, check=False)  # fmt: skip
    if done.returncode == 0 and target.is_file():
        return target
    if -done.returncode == signal.SIGKILL or b"bad_alloc" in done.stderr or b"MemoryError" in done.stderr:
        raise MemoryError
    raise NotConverted(f"{called}: {_reason(done.stderr, source, called)}", file=called)


def _reason(stderr: bytes, source: Path, called: str) -> str:
    lines = stderr.decode(errors="replace").strip().splitlines()
    said = (lines[-1] if lines else "it ended without a word").replace(str(source), called)
    if said.startswith(("ValueError", "TypeError")) and ("Lambda" in said or "unsafe" in said):
        return ("it holds code (a Lambda layer), which is never run here. Write the layer with Keras's own operations, "
                "or export the model where you trust it: `model.export('folder')` makes a TensorFlow SavedModel.")
    return f"its framework does not read it: {said[:_LONGEST_REASON]}"
