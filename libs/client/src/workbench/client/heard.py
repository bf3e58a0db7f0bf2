"""A command whose words are read only so far: a machine that is looked at may say anything, and without end."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import IO

MOST = 1 << 20  # bytes, or characters


class TooMuch(Exception):
    """It said more than that, and was ended."""


def heard(command: Sequence[str], timeout_s: float) -> subprocess.CompletedProcess[str]:
    """What it says, and how it ends. Raises TooMuch, TimeoutExpired, FileNotFoundError."""
    deadline = time.monotonic() + timeout_s
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process,
        ThreadPoolExecutor(2) as pool,
    ):
        late = threading.Timer(timeout_s, process.kill)
        late.start()
        try:
            reading = [pool.submit(_read, pipe, process) for pipe in (process.stdout, process.stderr)]
            said, complained = (each.result() for each in reading)
            code = process.wait()
        finally:
            late.cancel()
    if max(len(said), len(complained)) > MOST:
        raise TooMuch
    if time.monotonic() > deadline:
        raise subprocess.TimeoutExpired(command, timeout_s)
    return subprocess.CompletedProcess(command, code, *(each.decode(errors="replace") for each in (said, complained)))


def has_said(word: str, source: IO[str]) -> bool:
    """Whether this is one of the next lines, whatever a login prints before; False at its end. Raises TooMuch."""
    left = MOST
    while left > 0 and (line := source.readline(left)):
        if line.strip() == word:
            return True
        left -= len(line)
    if left <= 0:
        raise TooMuch
    return False


def _read(pipe: IO[bytes] | None, process: subprocess.Popen[bytes]) -> bytes:
    assert pipe is not None
    found = pipe.read(MOST + 1)
    if len(found) > MOST:
        process.kill()
    return found
