"""The runs that this machine has taken of one service: asked for by long polls, each carried out by a thread.

What is asked for and what is there are compared in every poll, so nothing has to arrive: a lost answer is asked for
again, and what the service has given up is ended here as soon as it is heard of.
"""

from __future__ import annotations

import errno
import math
import re
import socket
import sys
import threading
import traceback
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from workbench.runner.agent.kept import KeptRuns, Note
from workbench.runner.agent.protocol import WAIT_S, prefix, release
from workbench.runner.agent.run import OneRun
from workbench.runner.agent.service import FAULTS, Gone, Refused, Service, ask
from workbench.runner.local.devices import standing
from workbench.runner.local.process import ProcessLauncher
from workbench.runner.values import Exit

_PAUSES_S = (1.0, 2.0, 5.0, 10.0, 15.0)  # between asking a workbench that does not answer
_RUN = re.compile(r"[0-9a-f]{1,32}")


class Taken:
    """``url``: of the workbench; ``home``: this machine's, whose device lock all its runs share."""

    def __init__(
        self, url: str, service: str, secret: str, kept: KeptRuns, launcher: ProcessLauncher, home: Path
    ) -> None:
        self._url, self._kept, self._launcher, self._home = f"{url}{prefix(service)}", kept, launcher, home
        self._headers = {"Authorization": f"Bearer {secret}"}
        self._stops: dict[str, threading.Event] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._mutex = threading.Lock()

    def resume(self) -> None:
        """Go on with what an agent before this one has begun."""
        for folder in self._kept.forgotten():
            self._launcher.stop(folder)
            self._launcher.forget(folder)
        for note in self._kept.notes():
            self._begin(note)

    def keep_asking(self, removed: threading.Event) -> None:
        """Until the machine is registered no more; then ``removed`` is set."""
        tries = 0
        while not removed.is_set():
            try:
                self.ask(WAIT_S)
                tries = 0
            except Gone:
                removed.set()
            except (Refused, *FAULTS) as fault:
                if tries == 0:
                    _tell(f"the workbench gives no work, and is asked again: {fault}")
                removed.wait(_PAUSES_S[min(tries, len(_PAUSES_S) - 1)])
                tries += 1

    def ask(self, wait_s: float) -> None:
        """What there is to do and what is to end, now or within ``wait_s``. Raises what ``ask`` raises."""
        with self._mutex:
            held = list(self._stops)
        document = {"held": held, "host": _host(), "release": release(), "working": self._working(), "wait_s": wait_s}
        answer = ask(f"{self._url}/work", self._headers, document, timeout_s=wait_s + 15)
        for each in answer["take"]:
            self._take(str(each["run"]), str(each["token"]))
        for run in answer["drop"]:
            self._drop(run)

    def end(self) -> None:
        """On return none of its runs is alive."""
        for run, thread in list(self._threads.items()):
            self._drop(run)
            thread.join()

    def _working(self) -> str | None:
        with suppress(FileNotFoundError):
            return standing(self._home)
        return None

    def _take(self, run: str, token: str) -> None:
        if not _RUN.fullmatch(run):
            return
        with self._mutex:
            if run in self._stops:
                return
        self._begin(self._kept.note(run, token))

    def _begin(self, note: Note) -> None:
        thread = threading.Thread(target=self._carry_out, args=(note,), name=f"run-{note.run}", daemon=True)
        with self._mutex:
            if note.run in self._stops:
                return
            self._stops[note.run] = threading.Event()
            self._threads[note.run] = thread
        thread.start()

    def _drop(self, run: str) -> None:
        with self._mutex:
            stop = self._stops.get(run)
        if stop is not None:
            stop.set()

    def _carry_out(self, note: Note) -> None:
        stop, folder = self._stops[note.run], self._kept.folder(note.run)
        service = Service(f"{self._url}/run", note.token, note.pod, stop.is_set, direct=True, patience_s=math.inf)
        one = OneRun(service, self._launcher, folder, 0, stop)
        try:
            one.carry_out()
        except (Gone, TimeoutError):
            pass  # nobody wants it
        except Exception as fault:
            traceback.print_exc()
            with suppress(Gone, Refused, TimeoutError):
                service.end(asdict(_failed(fault)), [])
        one.end()
        self._launcher.forget(folder)
        self._kept.forget(note.run)
        with self._mutex:
            del self._stops[note.run], self._threads[note.run]
        with suppress(Gone, Refused, *FAULTS):
            self.ask(0.0)  # that nothing of it is alive


def _host() -> str:
    return socket.gethostname().encode(errors="replace").decode()[:200]


def _failed(fault: Exception) -> Exit:
    if isinstance(fault, OSError) and fault.errno in (errno.ENOSPC, errno.EDQUOT):
        return Exit("disk_full", None, f"The disk of the machine {_host()} is full.")
    return Exit("crashed", None, f"The machine {_host()} could not carry out the run: {fault}")


def _tell(line: str) -> None:
    print(f"workbench: {line}", file=sys.stderr, flush=True)  # noqa: T201
