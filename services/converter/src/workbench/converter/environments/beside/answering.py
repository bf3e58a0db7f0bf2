"""A model computes for who started this program: ``python run.py MODEL``, so that a conversion can be compared with it.

The first line on stdout says who computes. Then each line on stdin names a file of inputs and one for the outputs
(.npz, by name after a colon, so that no name is one of NumPy's); the line that answers says that the outputs are there,
or why they are not. It ends with stdin.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn, TextIO

import numpy as np

Arrays = Mapping[str, Any]
# Of the model's file: who computes it, and how: outputs of inputs, by name.
Start = Callable[[Path], tuple[Mapping[str, Any], Callable[[Arrays], Arrays]]]
_LONGEST_REASON = 200


def answer(start: Start) -> NoReturn:
    """Until there is no next question."""
    told = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    _answer(start, Path(sys.argv[1]), sys.stdin, told)
    told.flush()
    os._exit(0)  # tearing a framework down can take its time


def _answer(start: Start, source: Path, questions: TextIO, answers: TextIO) -> None:
    called, compute = start(source)
    _say(answers, called)
    for line in questions:
        asked = json.loads(line)
        try:
            with np.load(asked["inputs"]) as inputs:
                found = compute({key[1:]: inputs[key] for key in inputs})
            np.savez(asked["outputs"], **{f":{name}": array for name, array in found.items()})
            _say(answers, {"reason": None})
        except Exception as error:
            _say(answers, {"reason": " ".join(str(error).split())[:_LONGEST_REASON]})


def _say(answers: TextIO, what: Mapping[str, Any]) -> None:
    answers.write(json.dumps(what) + "\n")
    answers.flush()
