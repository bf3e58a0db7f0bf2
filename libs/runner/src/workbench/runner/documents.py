"""Small JSON files that appear whole or not at all, read without trusting whoever wrote them."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

MAX_BYTES = 16 * 2**20


class BadDocument(ValueError):
    """The file is there but is not one JSON object that we would pass on."""


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Replace the file in one step; not through a link that a core may have put in the way."""
    draft = path.with_name(path.name + ".part")
    draft.unlink(missing_ok=True)
    with draft.open("x") as file:
        file.write(json.dumps(document))
    draft.replace(path)


def read_json(path: Path, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """The object in this file. Raises FileNotFoundError, or BadDocument for what a hostile core may leave."""
    text = _read_regular(path, max_bytes)
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
        # Lone surrogates pass json.loads, and then break whoever stores the text.
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as fault:
        raise BadDocument(f"{path.name} is not valid JSON: {fault}") from None
    if not isinstance(document, dict):
        raise BadDocument(f"{path.name} is not a JSON object")
    return document


def has_result(folder: Path) -> bool:
    """Whether the core has finished its ``result.json``, whose first byte it writes last (core.py)."""
    try:
        return _read_regular(folder / "result.json", MAX_BYTES, 1) not in (b"", b"\0")
    except (FileNotFoundError, NotADirectoryError):
        return False
    except BadDocument:
        return True  # it left something, to be judged by who reads it


def _read_regular(path: Path, max_bytes: int, count: int | None = None) -> bytes:
    try:
        # O_NOFOLLOW and O_NONBLOCK: neither a link out of the folder nor a pipe nobody writes to.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError as fault:
        raise BadDocument(f"{path.name} cannot be read: {fault.strerror}") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)  # fdopen would refuse a folder in words of its own, and leave it open
        raise BadDocument(f"{path.name} is not a regular file")
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(count or max_bytes + 1)
    if len(content) > max_bytes:
        raise BadDocument(f"{path.name} is larger than {max_bytes} bytes")
    return content


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
