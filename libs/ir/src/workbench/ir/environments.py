"""Models that only their own framework reads: its interpreter, in an environment apart, makes an IR of them.

Where it lies says :mod:`workbench.runner.environments`; what is in it, its folder in the converter. The child has the
core's limits and confinement, and no variable of ours.
"""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

from workbench.runner.core import Refusal
from workbench.runner.environments import interpreter_of, seen_by_a_core

RUN = "run.py"
_LONGEST_REASON = 400


class EnvironmentMissing(Refusal):
    """The model is read in an environment that is not installed here: ``environment`` is its name.

    Remedy: `workbench environments install NAME`, where the workbench runs.
    """


class NotConverted(Refusal):
    """The framework refused the file, in its own environment; the text says why."""


def runs(name: str) -> bool:
    """Whether it can compute what it reads, besides converting it."""
    folder = seen_by_a_core(name)
    return folder is not None and (folder / RUN).is_file()


def program(name: str, which: str) -> list[str | Path]:
    """The command that starts one of its programs; what lies beside that can be imported."""
    folder = seen_by_a_core(name)
    assert folder is not None, "it was looked for"
    return [interpreter_of(folder), folder / which]


def variables() -> dict[str, str]:
    """All that its programs are given of the environment of a core."""
    return {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR", "LANG") if key in os.environ}


def converted(name: str, source: Path, called: str, target: Path, which: str = "convert.py") -> Path:
    """What one of its programs makes of ``source`` at ``target``, an IR unless another is named.

    Raises EnvironmentMissing, NotConverted or MemoryError.
    """
    if seen_by_a_core(name) is None:
        raise EnvironmentMissing(
            f"{called}: it is read in an environment of its own, {name}, which is not installed here. Run "
            f"`workbench environments install {name}` where the workbench runs.",
            file=called,
            environment=name,
        )
    done = subprocess.run(
        [*program(name, which), source, target], stderr=subprocess.PIPE, env=variables(), cwd=target.parent, check=False
    )
    if done.returncode == 0 and target.is_file():
        return target
    if -done.returncode == signal.SIGKILL or b"bad_alloc" in done.stderr or b"MemoryError" in done.stderr:
        raise MemoryError
    raise NotConverted(f"{called}: {_reason(done.stderr, source, called)}", file=called)


def _reason(stderr: bytes, source: Path, called: str) -> str:
    lines = stderr.decode(errors="replace").strip().splitlines()
    said = (lines[-1] if lines else "it ended without a word").replace(str(source), called)
    if said.startswith(("ValueError", "TypeError")) and ("Lambda" in said or "unsafe" in said):
        return (
            "it holds code (a Lambda layer), which is never run here. Write the layer with Keras's own operations, "
            "or export the model where you trust it: `model.export('folder')` makes a TensorFlow SavedModel."
        )
    return f"its framework does not read it: {said[:_LONGEST_REASON]}"
