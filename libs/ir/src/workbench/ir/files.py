"""The identity of a model that is several files: one digest over them, in the order they are given."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def file_digest(paths: Iterable[Path]) -> str:
    """SHA-256 (hex) over the SHA-256 of each file; names do not count: a renamed model keeps its digest."""
    whole = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()
