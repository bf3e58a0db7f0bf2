"""Keras: a .keras archive or an HDF5 file, read by Keras itself in an environment of its own."""

from __future__ import annotations

from pathlib import Path

from workbench.model_registry.formats._zip_names import names
from workbench.model_registry.values import Found

ACCEPTED = "Keras (.keras or .h5)"

_HDF5 = b"\x89HDF\r\n\x1a\n"
_PARTS = {"config.json", "metadata.json"}


def claims(path: Path) -> bool:
    """Whether it is HDF5, or an archive with Keras's two descriptions."""
    return _is_hdf5(path) or set(names(path)) >= _PARTS


def gather(main: Path, _upload: Path) -> Found:
    """The file, which has no others."""
    return Found({"model.h5" if _is_hdf5(main) else "model.keras": main})


def _is_hdf5(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(8) == _HDF5
