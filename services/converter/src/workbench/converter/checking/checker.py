"""The side that asks: starts the process that compares while there is other work, and outlives it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import suppress
from types import TracebackType
from typing import Any

_MODULE = "workbench.converter.checking"


class Ended(Exception):
    """The process that compares is gone; the text says how."""


class TookTooLong(Ended):
    """It had no answer in the time that it was given."""


class Checker:
    """A process that compares models; it ends with the block."""

    def __enter__(self) -> Checker:
        """Begins to load what it needs at once."""
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", _MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Where a confined process may not end its children, it reads that there is no next question."""
        assert self._process.stdin is not None, "it was opened"
        assert self._process.stdout is not None, "it was opened"
        for end in (self._process.kill, self._process.stdin.close, self._process.stdout.close):
            with suppress(OSError):
                end()
        self._process.wait()

    def ask(self, seconds: int, **question: Any) -> None:
        """Put a question; the answer is waited for elsewhere, so that other work can be done meanwhile.

        ``seconds``: after which there is none.
        """
        assert self._process.stdin is not None, "it was opened"
        with suppress(BrokenPipeError):  # the answer says why
            self._process.stdin.write(json.dumps({"seconds": seconds, **question}, default=str) + "\n")
            self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """What it says to the last question. Raises Ended."""
        assert self._process.stdout is not None, "it was opened"
        line = self._process.stdout.readline()
        if line.endswith("\n"):
            answer: dict[str, Any] = json.loads(line)
            return answer
        raise _how(self._process.wait())


def _how(code: int) -> Ended:
    if code >= 0:
        return Ended(f"the process that compares ended with code {code}")
    number = signal.Signals(-code)
    if number in (signal.SIGALRM, signal.SIGXCPU):
        return TookTooLong("it takes longer than a check may")
    return Ended(f"the process that compares was ended by {number.name}")
