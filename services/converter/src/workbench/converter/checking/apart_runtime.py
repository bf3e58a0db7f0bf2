"""The source of a model that was read in an environment apart, computed there: by its framework, or what stands in.

The process that computes lives as long as this one. What it takes and gives is known from the IR that was made of it.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.converter.checking.openvino_runtime import Ir
from workbench.converter.checking.runtimes import NotComparable, Step
from workbench.ir import environments
from workbench.ir.formats import APART, format_of


class Apart:
    """A model in an environment that runs what it reads. ``made``: the IR that it became there."""

    def __init__(self, path: Path, made: Path) -> None:
        reading = Ir(made)
        self.inputs, self.outputs = reading.inputs, reading.outputs
        self.coarse, self.random = reading.coarse, reading.random
        self._folder = made.parent
        command = [*environments.program(APART[format_of(path)], environments.RUN), path]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=self._folder,
            env=environments.variables(),
        )
        called = self._answer()
        self.name, self.version, self.stands_in_for = called["name"], called["version"], called["stands_in_for"]

    def steps(self) -> list[Step]:
        """Nothing is known of what is between its inputs and its outputs."""
        return []

    def tensors(self) -> frozenset[str]:
        """Of none but the outputs."""
        return frozenset()

    def run(self, feeds: Mapping[str, NDArray[Any]], _also: Sequence[str] = ()) -> list[NDArray[Any]]:
        """Its outputs, in the order of the IR that was made of it."""
        inputs, outputs = self._folder / "inputs.npz", self._folder / "outputs.npz"
        arrays: dict[str, Any] = {f":{name}": array for name, array in feeds.items()}
        np.savez(inputs, **arrays)
        assert self._process.stdin is not None, "it was opened"
        self._process.stdin.write(json.dumps({"inputs": str(inputs), "outputs": str(outputs)}) + "\n")
        self._process.stdin.flush()
        if reason := self._answer()["reason"]:
            raise NotComparable(f"{self.name} does not compute it: {reason}")
        with np.load(outputs, allow_pickle=False) as found:
            if missing := [port.name for port in self.outputs if f":{port.name}" not in found]:
                raise NotComparable(f"{self.name} has no output '{missing[0]}'")
            return [found[f":{port.name}"] for port in self.outputs]

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None, "it was opened"
        line = self._process.stdout.readline()
        if not line.endswith("\n"):
            raise NotComparable(f"what computes the source ended with code {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer
