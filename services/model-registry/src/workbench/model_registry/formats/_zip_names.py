"""The names in a zip archive: what tells the formats apart that are one."""

from __future__ import annotations

import zipfile
from pathlib import Path

_START = b"PK\x03\x04"


def names(path: Path) -> list[str]:
    """The entries by name; none where the file is no zip archive, or a damaged one."""
    with path.open("rb") as file:
        if file.read(4) != _START:
            return []
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except Exception:  # a damaged list of contents also ends in struct.error, OverflowError …
        return []
