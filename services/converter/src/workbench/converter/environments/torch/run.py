"""A program exported by PyTorch computes: ``python run.py MODEL``."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["TORCH_FORCE_WEIGHTS_ONLY_LOAD"] = "1"
import torch
from answering import Arrays, answer


def start(source: Path) -> tuple[dict[str, Any], Callable[[Arrays], Arrays]]:
    """Outputs are called by their place, as the conversion calls them."""
    program = torch.export.load(source)
    names = [name for name in program.graph_signature.user_inputs if isinstance(name, str)]
    network = program.module(check_guards=False)

    def compute(inputs: Arrays) -> Arrays:
        with torch.no_grad():
            found = network(*(torch.from_numpy(inputs[name]) for name in names))
        flat, _ = torch.utils._pytree.tree_flatten(found)
        return {f"output_{place}": one.numpy() for place, one in enumerate(flat)}

    return {"name": "torch", "version": torch.__version__, "stands_in_for": None}, compute


if __name__ == "__main__":
    answer(start)
