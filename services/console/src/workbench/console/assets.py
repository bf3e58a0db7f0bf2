"""The files that pages load: each by an address that changes with its content, so that browsers may keep it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path


def addresses(folders: Mapping[str, str]) -> Callable[[str], str]:
    """From a file's name to its address; ``folders``: by the address that what is in one begins with."""
    known = {
        path.name: f"{place}/{path.name}?v={hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
        for place, folder in folders.items()
        for path in Path(folder).glob("*")
        if path.is_file()
    }
    return known.__getitem__
