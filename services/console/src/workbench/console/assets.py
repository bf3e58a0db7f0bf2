"""The files that pages load: each by an address that changes with its content, so that browsers may keep it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path


def addresses(folder: str) -> Callable[[str], str]:
    """From a file's name below ``static`` to its address."""
    known = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12]
             for path in Path(folder).glob("*") if path.is_file()}  # fmt: skip
    return lambda name: f"/console/static/{name}?v={known[name]}"
