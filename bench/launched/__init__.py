"""Launches of the profiler, from its first line to its last, each in a process of its own that is forked.

A profile starts a fresh interpreter for each, whose imports take most of a second: too long where thousands are needed.
These are forked from a process that has OpenVINO loaded and has used nothing of it.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

_FORKING = multiprocessing.get_context("forkserver")


class Launcher:
    """``pid``: of the launch under way, if there is one. ``groups``: files that a launch writes its pid to at first."""

    def __init__(self) -> None:
        self.pid: int | None = None
        self.groups: Sequence[Path] = ()
        # The script too, or each launch would read it again.
        _FORKING.set_forkserver_preload(["__main__", "workbench.profiler.measuring.launch"])

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """The figures of one launch. Raises EOFError when it ends without any."""
        mine, theirs = _FORKING.Pipe()
        child = _FORKING.Process(target=_answer, args=(theirs, question, [str(group) for group in self.groups]))
        child.start()
        self.pid = child.pid
        theirs.close()
        figures: dict[str, Any] = mine.recv()
        self.pid = None
        child.join()
        return figures


def _answer(to: Connection, question: dict[str, Any], groups: Sequence[str]) -> None:
    """In the child: the figures, and the end without tearing OpenVINO down."""
    from workbench.profiler.measuring.launch import measure

    for group in groups:
        Path(group).write_text(str(os.getpid()))
    to.send(measure(question))
    os._exit(0)
