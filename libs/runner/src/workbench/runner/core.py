"""The core's side of the runner contract: read a spec, report progress, leave a result. Only stdlib.

A launcher starts ``python -m workbench.runner MODULE FOLDER``. The module has one function,
``run(run: Run) -> dict``, that reads ``run.spec`` and ``run.inputs``, writes files below ``run.outputs``
and returns what goes into ``result.json``. It refuses by raising a :class:`Refusal`.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.runner import variables

TURNS = "WORKBENCH_RUN_TURNS"  # the variable with the descriptor over which a core asks its supervisor for turns


class Refusal(Exception):
    """The core's own "no": the same input would meet the same answer again, so nobody retries it.

    Subclasses name the case (the class name is what a service maps to a problem); ``facts`` are the
    JSON values that the problem needs beside the message. What a docstring says after ``Remedy:`` reaches
    the person who asked: what to do next.
    """

    def __init__(self, detail: str, **facts: Any) -> None:
        super().__init__(detail)
        self.facts = facts

    @classmethod
    def remedy(cls) -> str:
        """The part of this class's own docstring after ``Remedy:``, on one line; empty when there is none."""
        # Not inherited, and the base's is about the word itself.
        _, _, remedy = ("" if cls is Refusal else cls.__doc__ or "").partition("Remedy:")
        return " ".join(remedy.split())

    def document(self) -> dict[str, Any]:
        """As it is written to ``result.json``: the facts, and over them what a fact must never replace."""
        remedy = {"remedy": self.remedy()} if self.remedy() else {}
        return {**self.facts, **remedy, "kind": type(self).__name__, "detail": str(self)}


class BadSpec(Refusal):
    """A field of the specification is missing, unknown or none of what it may be; ``field`` names it.

    Remedy: give `field` a value that `detail` names, and submit the job again.
    """


@dataclass(frozen=True)
class Run:
    """One run's working folder, as its core sees it."""

    folder: Path

    @property
    def spec(self) -> dict[str, Any]:
        """What was asked for."""
        spec: dict[str, Any] = json.loads((self.folder / "spec.json").read_bytes())
        return spec

    @property
    def env(self) -> dict[str, str]:
        """The variables that its device type has given it: what is measured may depend on them."""
        return variables.given(os.environ)

    @property
    def inputs(self) -> Path:
        """Files the launcher staged; they can only be read."""
        return self.folder / "inputs"

    @property
    def scratch(self) -> Path:
        """For drafts and the like: the working folder of the core, and gone after it."""
        folder = self.folder / "tmp"
        folder.mkdir(exist_ok=True)  # its launcher has made it, if there is one
        return folder

    @property
    def outputs(self) -> Path:
        """Everything below here is kept when the core succeeds."""
        return self.folder / "outputs"

    def progress(self, stage: str, fraction: float, message: str = "") -> None:
        """Append one line a person may follow; ``fraction`` is of the whole run, 0 to 1."""
        line = {
            "stage": stage,
            "fraction": round(min(max(fraction, 0.0), 1.0), 4),
            "message": message,
            "at": time.time(),
        }
        with (self.folder / "progress.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\n")

    def log(self, text: str) -> None:
        """Append to the log that is kept with the job."""
        with (self.folder / "log.txt").open("a") as file:
            file.write(text.rstrip("\n") + "\n")

    def next_turn(self) -> None:
        """Give the device to whoever waits for it, and return when it is this run's again.

        Until then this process is stopped, and what it has started is ended: call it between two pieces of work.
        """
        descriptor = os.environ.get(TURNS)
        if descriptor is not None:  # without a supervisor nobody else wants it
            os.write(int(descriptor), b"n")
            os.read(int(descriptor), 1)

    def finish(self, document: dict[str, Any]) -> None:
        """Fill ``result.json``, its first byte last: until then it is no result, so a launcher never takes half of one.

        The file is there already. A core may make none beside it, so it could not rename a draft.
        """
        text = json.dumps(document).encode()
        descriptor = os.open(self.folder / "result.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(b"\0" + text[1:])
            file.flush()
            os.fsync(descriptor)
            os.pwrite(descriptor, text[:1], 0)
            os.fsync(descriptor)
