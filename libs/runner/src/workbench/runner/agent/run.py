"""One run, carried out for a service that is elsewhere: its inputs, its core under our supervisor, its last word.

Whoever begins it again, as an agent that was killed does, finds what is left of it: a living core is followed on.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from workbench.runner.agent import outputs
from workbench.runner.agent.service import Service
from workbench.runner.launcher import Launcher
from workbench.runner.progress import read_log, read_progress
from workbench.runner.values import Exit, Launch, Limits, is_plain_path

TICK_S = 1.0
OWN_BYTES = 96 << 20  # of the memory there is: this process's and the supervisor's


class BadInput(Exception):
    """An input is not what its digest says."""


class OneRun:
    """``folder``: the run's, with nothing else in it. ``memory_bytes``: what may be used, 0 for any. ``stop``: set by
    who wants it to end."""

    def __init__(
        self, service: Service, launcher: Launcher, folder: Path, memory_bytes: int, stop: threading.Event
    ) -> None:
        self._service, self._launcher, self._folder = service, launcher, folder
        self._memory, self._stop = memory_bytes, stop
        self._progress_to = self._log_to = 0
        self._progress: dict[str, Any] | None = None

    def carry_out(self) -> bool:
        """Whether its last word is said; not where somebody wants it to end here. Raises Gone when nobody wants the run
        any more, Refused, TimeoutError, OSError."""
        launch, inputs = self._read(self._service.begin())
        if self._launcher.check(self._folder).state == "absent":
            try:
                self._fetch(inputs)
            except BadInput as fault:
                self._service.end(asdict(Exit("bad_input", None, str(fault))), [])
                return True
            self._launcher.start(self._folder, launch)
        exit_ = self._follow()
        if self._stop.is_set():
            return False
        parts = outputs.send(self._folder, self._service) if exit_.reason != "stopped" else []
        self._service.end(asdict(exit_), parts)
        return True

    def end(self) -> None:
        """On return nothing of the run is alive."""
        self._launcher.stop(self._folder)

    def _read(self, document: dict[str, Any]) -> tuple[Launch, dict[str, str | None]]:
        limits = Limits(**document["limits"])
        if self._memory:
            limits = replace(limits, memory_bytes=min(limits.memory_bytes, max(64 << 20, self._memory - OWN_BYTES)))
        inputs = {name: each["sha256"] for name, each in document["inputs"].items()}
        launch = Launch(
            document["core"],
            document["spec"],
            {},
            limits,
            document["device"],
            document["exclusive"],
            env=document.get("env") or {},  # not said of a run that an earlier release has opened
        )
        return launch, inputs

    def _fetch(self, inputs: dict[str, str | None]) -> None:
        for name, sha256 in inputs.items():
            if not is_plain_path(name):
                raise BadInput(f"{name} lies outside the run's inputs.")
            path = self._folder / "inputs" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            found = self._service.fetch(name, path, _take)
            if sha256 not in (None, found):
                shown = name.removeprefix("upload/")
                raise BadInput(f"{shown}: SHA-256 {sha256} was declared, but {found} arrived.")

    def _follow(self) -> Exit:
        """Until the core has ended, telling the service once a second."""
        while True:
            status = self._launcher.wait(self._folder, TICK_S)
            ended = status.state == "exited"
            while self._tell() and ended:  # the end of a long log
                pass
            if self._stop.is_set() and not ended:
                self.end()
                continue
            if status.exit is not None:
                return status.exit

    def _tell(self) -> bool:
        """Whether there was something to tell, and somebody heard it."""
        news, progress_to = read_progress(self._folder, self._progress_to)
        text, log_to = read_log(self._folder, self._log_to)
        self._progress = asdict(news[-1]) if news else self._progress
        answer = self._service.report(
            {"progress": self._progress, "log": text, "log_bytes": self._log_to, "next_bytes": log_to}
        )
        if answer is None:
            return False
        if answer["stop"]:
            self.end()
        told = bool(news) or answer["log_bytes"] > self._log_to
        # Of a report whose answer was lost a part may be kept: what is missing after it goes next.
        self._progress_to, self._log_to = progress_to, answer["log_bytes"]
        return told


def _take(answer: Any, path: Path) -> str:
    """Write the answer to ``path``; returns its SHA-256. Raises OSError when it is cut."""
    digest, left = hashlib.sha256(), answer.length
    with path.open("wb") as target:
        while chunk := answer.read(1 << 20):
            digest.update(chunk)
            target.write(chunk)
            left = left - len(chunk) if left is not None else None
    if left:
        raise OSError("the store broke off")
    return digest.hexdigest()
