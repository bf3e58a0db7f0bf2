"""MXNet's two files by their content: arrays by name, and a graph in JSON."""

from __future__ import annotations

import re
from pathlib import Path

_LIST_OF_ARRAYS = b"\x12\x01\0\0\0\0\0\0"
_GRAPH = re.compile(rb'\s*\{\s*"nodes"\s*:\s*\[\s*\{\s*"op"\s*:')
_HEAD = 4096


def is_parameters(path: Path) -> bool:
    """Whether it begins as a list of arrays does."""
    with path.open("rb") as file:
        return file.read(len(_LIST_OF_ARRAYS)) == _LIST_OF_ARRAYS


def is_graph(path: Path) -> bool:
    """Whether its JSON begins with a node's operation."""
    with path.open("rb") as file:
        return _GRAPH.match(file.read(_HEAD)) is not None
