"""Keras: a .keras archive or an HDF5 file, told with what exports it."""

from __future__ import annotations

from pathlib import Path

from workbench.model_registry.formats._zip_names import names
from workbench.model_registry.values import Found, NotTaken

ACCEPTED = None

_HDF5 = b"\x89HDF\r\n\x1a\n"
_PARTS = {"config.json", "metadata.json"}


def claims(path: Path) -> bool:
    """Whether it is HDF5, or an archive with Keras's two descriptions."""
    with path.open("rb") as file:
        return file.read(8) == _HDF5 or set(names(path)) >= _PARTS


def gather(main: Path, upload: Path) -> Found:
    """Refuses, with the lines that export."""
    name = main.relative_to(upload).as_posix()
    raise NotTaken(f"{name}: this is a Keras model, and only Keras reads it, which is not installed here. In Python: "
                   "`import keras`; `model = keras.saving.load_model(YOUR_FILE)`; `model.export('folder')`. Upload the "
                   "folder, which is a TensorFlow SavedModel.", file=name)  # fmt: skip
