"""A fresh process for each measurement: asked by a file, answers by a file, dies with the one who asked."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from workbench.profiler.refusals import LaunchDied, OutOfMemory, restored
from workbench.runner.core import Refusal

_PR_SET_PDEATHSIG = 1


class ChildError(RuntimeError):
    """The measuring process met a fault of ours; its traceback is the message."""


def ask(module: str, question: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Run ``python -m module`` once, sleeping until it ends, and return its answer.

    Raises the Refusal it answered with, LaunchDied when it was killed, or ChildError.
    """
    question_file, answer_file = folder / "question.json", folder / "answer.json"
    answer_file.unlink(missing_ok=True)
    question_file.write_text(json.dumps({**question, "parent": os.getpid()}))
    # No timeout: waiting with one polls, and the runner's supervisor already limits the whole run.
    ended = subprocess.run(
        [sys.executable, "-m", module, str(question_file), str(answer_file)],
        capture_output=True,
        text=True,
        check=False,
    )
    if not answer_file.exists():
        raise _died(ended.returncode, ended.stderr)
    answer: dict[str, Any] = json.loads(answer_file.read_text())
    if "refusal" in answer:
        raise restored(**answer["refusal"])
    result: dict[str, Any] = answer["result"]
    return result


def answer(measure: Callable[[dict[str, Any]], dict[str, Any]]) -> NoReturn:
    """The child's whole life: read the question, measure, write the answer, end."""
    question = json.loads(Path(sys.argv[1]).read_text())
    _die_with(question["parent"])
    try:
        document: dict[str, Any] = {"result": measure(question)}
    except MemoryError:
        document = _refused(OutOfMemory("The measurement needed more memory than it may use."))
    except Refusal as refusal:
        document = _refused(refusal)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(70)
    draft = Path(sys.argv[2] + ".part")
    draft.write_text(json.dumps(document))
    draft.rename(sys.argv[2])
    # Not sys.exit: tearing OpenVINO down can hang or abort after the answer is already written.
    os._exit(0)


def _refused(refusal: Refusal) -> dict[str, Any]:
    facts = refusal.document()  # the remedy is a fact from here on: the class itself stays behind
    return {"refusal": {"kind": facts.pop("kind"), "detail": facts.pop("detail"), "facts": facts}}


def _die_with(parent: int) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked to be told
        os._exit(70)


def _died(returncode: int, stderr: str) -> Exception:
    if returncode >= 0:
        return ChildError(stderr.strip() or f"a measuring process ended with code {returncode} and no answer")
    name = signal.Signals(-returncode).name
    hint = ", most often because it passed the memory limit" if name in ("SIGKILL", "SIGABRT") else ""
    return LaunchDied(f"A measuring process was ended by {name}{hint}.", signal=name)
