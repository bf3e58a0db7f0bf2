"""Find the embedded workbench of a home, or start one that leaves by itself when it has nothing to do."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from workbench.standalone.home import Serving, serving, token

IDLE_EXIT_S = 20
START_S = 60.0


def ensure_running(home: Path) -> tuple[str, str]:
    """The URL and token of the workbench that serves ``home``. Raises RuntimeError with one line."""
    home = home.expanduser().resolve()
    try:
        home.mkdir(parents=True, exist_ok=True)
        return _found_or_started(home)
    except OSError as error:
        raise RuntimeError(f"cannot use {home}: {error.strerror}") from error


def _found_or_started(home: Path) -> tuple[str, str]:
    child: subprocess.Popen[bytes] | None = None
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        found = serving(home)
        if found and _answers(found):
            return found.url, token(home)
        # Whoever served a moment ago may have been leaving.
        if found is None and (child is None or child.poll() is not None):
            if child is not None and child.returncode:
                raise RuntimeError(f"the workbench did not start: {_last_line(home / 'workbench.log')}")
            child = _start(home)
        time.sleep(0.05)
    raise RuntimeError(f"the workbench did not answer within {START_S:.0f} s; see {home / 'workbench.log'}")


def _start(home: Path) -> subprocess.Popen[bytes]:
    with (home / "workbench.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "workbench.standalone", str(home), str(IDLE_EXIT_S)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the command, not for the workbench behind it
        )


def _answers(who: Serving) -> bool:
    try:
        with urllib.request.urlopen(f"{who.url}/healthz", timeout=5) as answer:  # noqa: S310  # our own http URL
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _last_line(path: Path) -> str:
    lines = path.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it left no log"
