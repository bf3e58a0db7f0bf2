"""The first process of a run's pod: ``python -m workbench.runner.agent``.

Its settings: WORKBENCH_RUN_URL and WORKBENCH_RUN_TOKEN, WORKBENCH_RUN_POD (the pod's uid), WORKBENCH_RUN_HOME (a
folder for the run's files), WORKBENCH_RUN_MEMORY (bytes that the pod may use), WORKBENCH_RUN_SANDBOX (``require``, or
``try`` to run a core as far confined as the node permits).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sys
import threading
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from workbench.runner.agent import outputs
from workbench.runner.agent.service import Gone, Refused, Service
from workbench.runner.local.process import ProcessLauncher
from workbench.runner.progress import read_log, read_progress
from workbench.runner.values import Exit, Launch, Limits, is_plain_path

TICK_S = 1.0
OWN_BYTES = 96 << 20  # of the pod's memory: this process's and the supervisor's
_SETTINGS = ("URL", "TOKEN", "POD", "HOME", "MEMORY", "SANDBOX")
_GONE_CODE, _TERMINATED_CODE, _FAILED_CODE = 75, 143, 1


class BadInput(Exception):
    """An input is not what its digest says."""


class Agent:
    """One run, from its inputs to its last word."""

    def __init__(self, service: Service, home: Path, memory_bytes: int, stop: threading.Event, sandbox: str) -> None:
        self._service, self._home, self._memory, self._stop = service, home, memory_bytes, stop
        self._folder = home / "run"
        self._launcher = ProcessLauncher(home, sandbox=sandbox)
        self._progress_to = self._log_to = 0
        self._progress: dict[str, Any] | None = None

    def run(self) -> int:
        """The exit code. Raises Gone when nobody wants the run any more."""
        launch, inputs = self._read(self._service.begin())
        try:
            self._fetch(inputs)
        except BadInput as fault:
            self._service.end(asdict(Exit("bad_input", None, str(fault))), [])
            return 0
        self._launcher.start(self._folder, launch)
        exit_ = self._follow()
        if self._stop.is_set():  # the pod is ended: whoever ended it knows why
            return _TERMINATED_CODE
        parts = outputs.send(self._folder, self._service) if exit_.reason != "stopped" else []
        self._service.end(asdict(exit_), parts)
        return 0

    def end(self) -> None:
        """On return nothing of the run is alive."""
        self._launcher.stop(self._folder)

    def _read(self, document: dict[str, Any]) -> tuple[Launch, dict[str, str | None]]:
        limits = Limits(**document["limits"])
        if self._memory:
            limits = replace(limits, memory_bytes=min(limits.memory_bytes, max(64 << 20, self._memory - OWN_BYTES)))
        inputs = {name: each["sha256"] for name, each in document["inputs"].items()}
        launch = Launch(document["core"], document["spec"], {}, limits, document["device"], document["exclusive"])
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
        told = bool(news or text)
        self._progress_to, self._log_to = progress_to, max(log_to, answer["log_bytes"])
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


def main() -> int:
    """See the module."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    settings = {name: os.environ.get(f"WORKBENCH_RUN_{name}", "") for name in _SETTINGS}
    service = Service(settings["URL"], settings["TOKEN"], settings["POD"], stop.is_set)
    home = Path(settings["HOME"] or "/data")
    shutil.rmtree(home / "run", ignore_errors=True)  # of a container that was started again
    agent = Agent(service, home, int(settings["MEMORY"] or 0), stop, settings["SANDBOX"] or "try")
    try:
        return agent.run()
    except Gone as gone:
        print(f"workbench: this run is over: {gone}", file=sys.stderr)  # noqa: T201
        return _GONE_CODE
    except (Refused, TimeoutError, OSError) as fault:
        print(f"workbench: {fault}", file=sys.stderr)  # noqa: T201
        return _TERMINATED_CODE if stop.is_set() else _FAILED_CODE
    finally:
        agent.end()


if __name__ == "__main__":
    raise SystemExit(main())
