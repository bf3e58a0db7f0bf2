"""The launcher for this machine: a run's supervisor outlives us, and any of us can adopt the run."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from workbench.runner.documents import write_json
from workbench.runner.local import ends
from workbench.runner.local.confine import environment
from workbench.runner.local.launched import Launched, killed, read_exit, read_launched
from workbench.runner.values import Launch, Status

_GRACE_S = 5.0  # a supervisor ends a run in milliseconds; this is for a machine that is out of breath
_KEPT = ("inputs", "supervisor.lock")


class ProcessLauncher:
    """Runs cores as processes of this machine. ``home`` holds the device lock all its runs share.

    ``python_path``: where cores are imported from besides the installed packages. ``sandbox``: "try" runs a core as
    far confined as this machine permits, "require" runs none that is not confined completely. ``writable``: folders
    that cores may write besides their run's; for tests that ask how often a core has begun.
    """

    def __init__(
        self, home: Path, python_path: tuple[Path, ...] = (), sandbox: str = "try", writable: tuple[Path, ...] = ()
    ) -> None:
        self._home, self._sandbox = home.resolve(), sandbox
        self._writable = [str(path.resolve()) for path in writable]
        self._python_path = [str(path.resolve()) for path in python_path]

    def start(self, folder: Path, launch: Launch) -> None:
        """See Launcher.start."""
        folder = folder.resolve()
        folder.mkdir(parents=True, exist_ok=True)
        with _folder_lock(folder):
            life = _claim(folder)
            if life is None:
                _await_announcement(folder)
                return
            try:
                if read_exit(folder) is None:
                    self._start_afresh(folder, launch, life)
            finally:
                os.close(life)

    def check(self, folder: Path) -> Status:
        """See Launcher.check."""
        launched = read_launched(folder)
        if launched is None:
            return Status("absent")
        # Alive is asked first: an exit that is written in between is then seen below.
        if launched.alive() and (exit_ := read_exit(folder)) is None:
            running = launched.state == "running"
            return Status("running") if running else Status("waiting", waiting_for=launched.waiting_for)
        exit_ = read_exit(folder)
        return Status("exited", exit=exit_ or killed())

    def wait(self, folder: Path, timeout_s: float) -> Status:
        """See Launcher.wait."""
        launched = read_launched(folder)
        if launched is not None:
            launched.wait(timeout_s)
        return self.check(folder)

    def stop(self, folder: Path) -> None:
        """See Launcher.stop."""
        if not folder.is_dir():
            return
        with _folder_lock(folder):
            launched = read_launched(folder)
            if launched is None:
                return
            if read_exit(folder) is None:
                _end(folder, launched)
            if not launched.wait(_GRACE_S):
                raise TimeoutError(f"run {folder.name} does not end: a process is stuck in the kernel")

    def forget(self, folder: Path) -> None:
        """See Launcher.forget."""
        shutil.rmtree(folder, ignore_errors=True)

    def _start_afresh(self, folder: Path, launch: Launch, life: int) -> None:
        if (launched := read_launched(folder)) is not None:
            launched.end_leftovers()
        for entry in folder.iterdir():
            if entry.name not in _KEPT:
                _remove(entry)
        (folder / "inputs").mkdir(exist_ok=True)
        (folder / "outputs").mkdir()
        (folder / "spec.json").write_text(json.dumps(launch.spec))
        write_json(
            folder / "launch.json",
            {
                "run": secrets.token_hex(16),
                "core": launch.core,
                "inputs": dict(launch.inputs),
                "limits": asdict(launch.limits),
                "device": launch.device,
                "exclusive": launch.exclusive,
                "env": dict(launch.env),
                "home": str(self._home),
                "python_path": self._python_path,
                "writable": self._writable,
                "sandbox": self._sandbox,
            },
        )
        _spawn(folder, life)


def _spawn(folder: Path, life: int) -> None:
    """Start the supervisor and return when it can be found, adopted and stopped."""
    heard, ready = os.pipe()
    try:
        with (folder / "log.txt").open("ab") as log:
            # It forks at once and this child ends, so nothing is left here to wait for.
            subprocess.run(
                [
                    sys.executable,
                    "-P",
                    "-s",
                    "-m",
                    "workbench.runner.local.supervisor",
                    str(folder),
                    str(life),
                    str(ready),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                pass_fds=(life, ready),
                env=environment(str(folder), []),
                start_new_session=True,
                check=False,
            )
    finally:
        os.close(ready)
        with os.fdopen(heard, "rb") as pipe:
            announced = pipe.read(1)
    if not announced:
        log_text = (folder / "log.txt").read_text(errors="replace")
        raise OSError(f"the supervisor did not start: {log_text[-2000:]}")


def _end(folder: Path, launched: Launched) -> None:
    """Ask the supervisor, then make it; its warden ends the core in that case."""
    (folder / "stop.requested").touch()
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        for process in launched.processes[:1]:
            process.kill(signal_number)
        if launched.wait(_GRACE_S):
            break
    if read_exit(folder) is None:
        launched.end_leftovers()
        write_json(folder / "exit.json", ends.ended_waiting(folder))


@contextmanager
def _folder_lock(folder: Path) -> Iterator[None]:
    """One launcher at a time starts or stops a run; the lock is the folder itself."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _claim(folder: Path) -> int | None:
    """The lock that supervisor and warden hold all their lives; None while somebody does."""
    descriptor = os.open(folder / "supervisor.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _await_announcement(folder: Path) -> None:
    """A launcher may have died between starting a supervisor and hearing from it: some milliseconds."""
    deadline = time.monotonic() + _GRACE_S
    while read_launched(folder) is None:
        if time.monotonic() > deadline:
            raise OSError(f"run {folder.name} has a supervisor that does not announce itself")
        time.sleep(0.01)


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry)
    else:
        with suppress(FileNotFoundError):
            entry.unlink()
