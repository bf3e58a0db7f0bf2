"""The process that outlives the launcher: takes the device, keeps one core to its limits, says how it ended.

``python -m workbench.runner.local.supervisor FOLDER LOCK READY`` leaves two processes behind. The *supervisor* does
the work and is the core's parent. The *warden*, its parent, only waits: should someone kill the supervisor,
the warden ends whatever is left of the core and only then lets go of the device. Should someone kill the
warden, the supervisor ends the run. Both adopt orphans, so nothing that the core started can slip away.

LOCK is the descriptor of the folder's lock, held for the life of both. READY is a pipe to the launcher.
Imports stay few: this start-up is part of the time between a request and its core.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from workbench.runner.documents import read_json, write_json
from workbench.runner.local import confine, ends, procfs
from workbench.runner.local.devices import DeviceLock
from workbench.runner.local.watch import Core, Unconfined
from workbench.runner.sandbox.owner import furnish

_RESERVE_BYTES = 8192


class _EndedWaitingError(Exception):
    """SIGTERM came before the core ran."""


class Supervisor:
    """One run, from the device's queue to ``exit.json``."""

    def __init__(self, folder: Path, record: dict[str, Any], lock: DeviceLock, ready: int) -> None:
        self._folder, self._record, self._lock, self._ready = folder, record, lock, ready
        self._wakeup, write_end = os.pipe()
        os.set_blocking(write_end, False)
        signal.set_wakeup_fd(write_end)

    def run(self) -> None:
        """Do everything; whatever happens, nothing of the core is alive and the device is free afterwards."""
        try:
            ending = self._run()
        except _EndedWaitingError:
            ending = ends.ended_waiting(self._folder)
        except Unconfined as lacking:
            ending = ends.unconfined(str(lacking))
        except Exception as error:
            sys.excepthook(type(error), error, error.__traceback__)  # into the log
            ending = ends.fault(error)
        procfs.end_children(os.getpid())
        self._lock.release()
        if self._ready < 0:  # announced; otherwise the launcher says why the run did not start
            (self._folder / "exit.reserve").unlink(missing_ok=True)
            write_json(self._folder / "exit.json", ending)

    def _run(self) -> dict[str, Any]:
        signal.signal(signal.SIGTERM, _end_waiting)
        confine.adopt_orphans()
        confine.die_with_parent(self._record["warden"]["pid"], signal.SIGTERM)
        _prepare(self._folder)
        self._announce()
        self._take_device()
        signal.signal(signal.SIGTERM, lambda *_: None)  # from here on the wakeup pipe tells
        return self._supervise()

    def _supervise(self) -> dict[str, Any]:
        core = Core.start(self._folder, self._record)
        try:
            self._record |= {
                "state": "running",
                "waiting_for": None,
                "started_at": time.time(),
                "core_process": identity(core.pid),
                "network": "isolated" if core.sandbox["network"] else "not isolated",
                "sandbox": core.sandbox,
            }
            self._announce()
            core.watch(self._wakeup, self._next_turn)
        finally:
            core.end()
        usage = core.usage()
        assert core.wait_status is not None
        return usage | ends.ended_core(self._folder, core.cause, core.wait_status, usage, core.limits)

    def _take_device(self) -> None:
        take = self._lock.measure if self._record["exclusive"] else self._lock.share
        take(self._tell)

    def _next_turn(self) -> bool:
        """Let in whoever waited longer; False when the run is to end instead."""
        self._lock.release()
        signal.signal(signal.SIGTERM, _end_waiting)
        try:
            if select.select([self._wakeup], [], [], 0)[0]:  # the order came just before
                return False
            self._take_device()
        except _EndedWaitingError:
            return False
        finally:
            signal.signal(signal.SIGTERM, lambda *_: None)
        if self._record["waiting_for"] is not None:
            self._record |= {"state": "running", "waiting_for": None}
            self._announce()
        return True

    def _announce(self) -> None:
        """From the first announcement on, this run can be found, adopted and stopped."""
        write_json(self._folder / "launch.json", self._record)
        if self._ready >= 0:
            with suppress(BrokenPipeError):  # the launcher may be dead already
                os.write(self._ready, b"1")
            os.close(self._ready)
            self._ready = -1

    def _tell(self, reason: str) -> None:
        self._record["state"] = "waiting"
        self._record["waiting_for"] = f"device {self._record['device'] or 'CPU'}: {reason}"
        self._announce()


def identity(pid: int) -> dict[str, int | None]:
    """What finds a process again, and no other one that got its pid later."""
    return {"pid": pid, "start_time": procfs.start_time(pid)}


def _end_waiting(*_: Any) -> None:
    signal.signal(signal.SIGTERM, lambda *_: None)
    raise _EndedWaitingError


def _prepare(folder: Path) -> None:
    furnish(folder)
    # Room for exit.json, given back just before it is written: a full disk cannot keep a run from ending.
    (folder / "exit.reserve").write_bytes(b" " * _RESERVE_BYTES)


def _keep_warden(folder: Path, ready: int) -> NoReturn:
    confine.adopt_orphans()
    record = read_json(folder / "launch.json")
    lock = DeviceLock(Path(record["home"]))  # before the fork: so it is held until both are gone
    record |= {"boot_id": procfs.boot_id(), "state": "waiting", "waiting_for": None, "warden": identity(os.getpid())}
    child = os.fork()
    if child == 0:
        record["supervisor"] = identity(os.getpid())
        Supervisor(folder, record, lock, ready).run()
        os._exit(0)
    os.close(ready)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
    os.waitpid(child, 0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    procfs.end_children(os.getpid())
    os._exit(0)


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_SETMASK, [])  # a launcher's thread may have blocked SIGTERM
    for descriptor in (int(sys.argv[2]), int(sys.argv[3])):
        os.set_inheritable(descriptor, False)  # ours, not the core's
    if os.fork():
        os._exit(0)  # the launcher's own child is gone at once: nobody has to wait for the rest
    _keep_warden(Path(sys.argv[1]), int(sys.argv[3]))
