"""Follow what a running core writes: new whole lines from a byte offset on, hostile ones included."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_CHUNK_BYTES = 256 * 2**10
_MAX_LINE_BYTES = 8 * 2**10


@dataclass(frozen=True)
class Progress:
    """How far a run is: ``fraction`` of the whole run, 0 to 1; stage and message are text for people."""

    stage: str
    fraction: float
    message: str


def read_progress(folder: Path, offset: int = 0) -> tuple[list[Progress], int]:
    """The progress since byte ``offset``, and the offset to go on from; lines that are none are skipped."""
    lines, offset = _new_lines(folder / "progress.jsonl", offset)
    return [progress for line in lines if (progress := _progress(line))], offset


def read_log(folder: Path, offset: int = 0) -> tuple[str, int]:
    """The whole log lines since byte ``offset``, and the offset to go on from; at most 256 KiB a call."""
    lines, offset = _new_lines(folder / "log.txt", offset)
    return "".join(line.decode(errors="replace") + "\n" for line in lines), offset


def _new_lines(path: Path, offset: int) -> tuple[list[bytes], int]:
    chunk, offset = _chunk(path, offset)
    end = chunk.rfind(b"\n") + 1
    # A line without an end is half written; one that fills the chunk is cut, or nobody ever got past it.
    if not end and len(chunk) == _CHUNK_BYTES:
        end = len(chunk)
    lines = chunk[:end].removesuffix(b"\n").split(b"\n") if end else []
    return [line[:_MAX_LINE_BYTES] for line in lines], offset + end


def _chunk(path: Path, offset: int) -> tuple[bytes, int]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b"", offset
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            return b"", offset
        offset = min(offset, found.st_size)  # a file that grew too large was cut
        return os.pread(descriptor, _CHUNK_BYTES, offset), offset
    finally:
        os.close(descriptor)


def _progress(line: bytes) -> Progress | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, Mapping):
        return None
    stage, fraction, message = value.get("stage"), value.get("fraction"), value.get("message", "")
    if not isinstance(stage, str) or not isinstance(message, str) or not isinstance(fraction, int | float):
        return None
    if not 0.0 <= fraction <= 1.0:  # refuses NaN, too
        return None
    return Progress(_plain(stage), float(fraction), _plain(message))


def _plain(text: str) -> str:
    return text.encode(errors="replace").decode()
