"""An MXNet graph without parameters beside it: told which file is missing."""

from __future__ import annotations

from pathlib import Path

from workbench.model_registry.formats._beside import missing
from workbench.model_registry.formats._mxnet_files import is_graph
from workbench.model_registry.values import Found

ACCEPTED = None


def claims(path: Path) -> bool:
    """Whether it is one; with its parameters it is theirs."""
    return is_graph(path)


def gather(main: Path, upload: Path) -> Found:
    """Refuses: there would be a model if the parameters were there."""
    stem = main.stem.removesuffix("-symbol")
    raise missing(main.relative_to(upload).as_posix(), "its parameters were", f"{stem}-0000.params")
