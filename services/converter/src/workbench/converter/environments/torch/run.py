"""An exported program computes: ``python run.py MODEL``, so that its conversion can be compared with it.

The first line on stdout says who computes. Then each line on stdin names a file of inputs and one for the outputs
(.npz, by name after a colon, so that no name is one of NumPy's); the line that answers says that the outputs are there,
or why they are not. It ends with stdin.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

os.environ["TORCH_FORCE_WEIGHTS_ONLY_LOAD"] = "1"
import numpy as np
import torch

_LONGEST_REASON = 200


def main(source: Path, questions: TextIO, answers: TextIO) -> None:
    """Until there is no next question."""
    program = torch.export.load(source)
    names = [name for name in program.graph_signature.user_inputs if isinstance(name, str)]
    network = program.module(check_guards=False)
    _say(answers, {"name": "torch", "version": torch.__version__, "stands_in_for": None})
    for line in questions:
        asked = json.loads(line)
        try:
            with np.load(asked["inputs"]) as inputs, torch.no_grad():
                found = network(*(torch.from_numpy(inputs[f":{name}"]) for name in names))
            flat, _ = torch.utils._pytree.tree_flatten(found)
            np.savez(asked["outputs"], **{f":output_{place}": one.numpy() for place, one in enumerate(flat)})
            _say(answers, {"reason": None})
        except Exception as error:
            _say(answers, {"reason": " ".join(str(error).split())[:_LONGEST_REASON]})


def _say(answers: TextIO, what: Mapping[str, Any]) -> None:
    answers.write(json.dumps(what) + "\n")
    answers.flush()


if __name__ == "__main__":
    told = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    main(Path(sys.argv[1]), sys.stdin, told)
    told.flush()
    os._exit(0)
