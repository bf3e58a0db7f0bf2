"""The process that compares: a question in a line of JSON, an answer in another, until nobody asks any more.

It may crash, hang or need too much: whoever asked then knows no more than that. It ends by itself, since where a
kernel is old, a confined process may not even end its own children.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any, TextIO

from workbench.converter.checking.apart_runtime import Apart
from workbench.converter.checking.comparison import Comparison
from workbench.converter.checking.onnx_runtime import OnnxSource
from workbench.converter.checking.openvino_runtime import Ir
from workbench.converter.checking.runtimes import NotComparable, Runtime
from workbench.converter.checking.search import first_difference
from workbench.converter.checking.verdicts import not_comparable

_MEMORY_BYTES = 6 * 2**30


def main() -> None:
    """Answer until there is no next question."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    _limit_memory()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # native code, too, is ended by it
    _serve(sys.stdin, answers)
    answers.flush()
    os._exit(0)  # tearing OpenVINO down can hang


def _serve(questions: TextIO, answers: TextIO) -> None:
    comparison: Comparison | None = None
    for line in questions:
        question = json.loads(line)
        signal.alarm(question["seconds"])
        if question["ask"] == "compare":
            comparison, answer = _compare(question)
        else:
            assert comparison is not None, "a search follows a comparison"
            answer = first_difference(comparison)
        signal.alarm(0)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _compare(question: dict[str, Any]) -> tuple[Comparison | None, dict[str, Any]]:
    reason = "it needs more memory than a check may use"
    try:
        before = _source(question["runtime"], Path(question["source"]), question["made"])
        after = Ir(Path(question["converted"]))
        comparison = Comparison(before, after, question["inputs"], question["fp16"])
        return comparison, comparison.verdict()
    except NotComparable as error:
        reason = str(error)
    except MemoryError:
        pass
    return None, not_comparable(reason, question["runtime"], None)


def _source(runtime: str, path: Path, made: str | None) -> Runtime:
    if runtime == "apart":
        assert made is not None, "it was read before"
        return Apart(path, Path(made))
    return OnnxSource(path) if runtime == "onnxruntime" else Ir(path)


def _limit_memory() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    least = min([_MEMORY_BYTES, *(limit // 2 for limit in (soft, hard) if limit != resource.RLIM_INFINITY)])
    resource.setrlimit(resource.RLIMIT_DATA, (least, hard))


if __name__ == "__main__":
    main()
