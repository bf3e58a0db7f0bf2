"""A Caffe network in text, without weights beside it: told which file is missing."""

from __future__ import annotations

from pathlib import Path

from workbench.model_registry.formats._beside import missing
from workbench.model_registry.formats._caffe_files import is_network
from workbench.model_registry.values import Found

ACCEPTED = None


def claims(path: Path) -> bool:
    """Whether it is one; with its weights it is theirs."""
    return is_network(path)


def gather(main: Path, upload: Path) -> Found:
    """Refuses: there would be a model if the weights were there."""
    raise missing(main.relative_to(upload).as_posix(), "its weights were", main.with_suffix(".caffemodel").name)
