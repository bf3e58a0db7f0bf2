"""What a finished run left: a result, a refusal, or why neither. A core wrote it, so nothing is trusted."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.runner.documents import BadDocument, has_result, read_json
from workbench.runner.local.launched import killed, read_exit
from workbench.runner.values import Exit, ExitReason

MAX_FILES = 100_000


@dataclass(frozen=True)
class Outcome:
    """Exactly one of ``result``, ``refusal`` and ``reason`` is set.

    ``result``: what the core returned. ``refusal``: ``{"kind", "detail", ...facts}``, a final "no".
    ``reason``: why the run has no answer, ``detail`` says it in a sentence; never "finished".
    ``files``: path below outputs/ ("a/b.bin") to the regular file, only with a result.
    """

    result: dict[str, Any] | None = None
    refusal: dict[str, Any] | None = None
    reason: ExitReason | None = None
    detail: str = ""
    files: Mapping[str, Path] = field(default_factory=dict)


def read_outcome(folder: Path, exit_: Exit | None = None) -> Outcome:
    """Judge a run by its files; call it when the launcher says "exited", and with the exit that it names.

    A result counts however the process ended after writing it (tearing OpenVINO down can crash or hang),
    unless the run was stopped.
    """
    exit_ = exit_ or read_exit(folder) or killed()
    if exit_.reason == "stopped":
        return _without_answer(exit_)
    if not has_result(folder):
        return _without_answer(exit_)
    try:
        return _answer(folder, read_json(folder / "result.json"))
    except FileNotFoundError:
        return _without_answer(exit_)
    except BadDocument as fault:
        return Outcome(reason="crashed", detail=f"The core left something that is not a result: {fault}.")


def _without_answer(exit_: Exit) -> Outcome:
    if exit_.reason == "finished":  # it saw a result.json that is gone now
        return Outcome(reason="crashed", detail="The run's result is gone.")
    return Outcome(reason=exit_.reason, detail=exit_.detail)


def _answer(folder: Path, document: dict[str, Any]) -> Outcome:
    if document.keys() == {"result"} and isinstance(document["result"], dict):
        return Outcome(result=document["result"], files=dict(_files(folder / "outputs")))
    refusal = document.get("refusal")
    if document.keys() != {"refusal"} or not isinstance(refusal, dict):
        raise BadDocument("result.json has neither a result nor a refusal")
    if not isinstance(refusal.get("kind"), str) or not isinstance(refusal.get("detail"), str):
        raise BadDocument("the refusal has no kind or no detail")
    if refusal["kind"] == "OutOfMemory":
        return Outcome(reason="out_of_memory", detail=refusal["detail"])
    return Outcome(refusal=refusal)


def _files(outputs: Path) -> Iterator[tuple[str, Path]]:
    """All regular files below here, sorted by path; anything else down there is refused."""
    if not stat.S_ISDIR(_mode(outputs)):
        raise BadDocument("outputs is not a folder")
    found = 0
    # followlinks is off: a linked folder is listed, and refused as a link below.
    for parent, folders, names in os.walk(outputs):
        folders.sort()
        for name in sorted([*folders, *names]):
            path = Path(parent, name)
            relative = path.relative_to(outputs).as_posix()
            mode = _mode(path)
            if not relative.isprintable() or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise BadDocument(f"outputs/{relative!a} is not a regular file with a printable name")
            found += 1
            if found > MAX_FILES:
                raise BadDocument(f"there are more than {MAX_FILES} output files")
            if stat.S_ISREG(mode):
                yield relative, path


def _mode(path: Path) -> int:
    try:
        return path.lstat().st_mode
    except OSError as fault:
        raise BadDocument(f"{path.name!a} cannot be read: {fault.strerror}") from None
