"""A file that a command writes: its folder is made; what cannot be written is told by its path."""

from __future__ import annotations

from pathlib import Path

from workbench.client.errors import BadInput


def save(path: Path, data: bytes) -> None:
    """Raises BadInput."""
    make_folder(path)
    try:
        path.write_bytes(data)
    except OSError as error:
        raise BadInput(f"{path} can't be written: {error.strerror}") from None


def make_folder(path: Path) -> None:
    """That of the file. Raises BadInput."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{path} can't be written: {error.strerror}") from None
