"""The table of model formats: one module each, found by being here (a leading underscore keeps one out).

A format module has a phrase ``ACCEPTED`` for people (None: it is known only to be refused, with the way round)
and two functions:

- ``claims(path) -> bool``: whether this file is the main file of a model in the format, by its bytes, never
  by its name. It does not raise for somebody else's file, and claims a damaged one of its own.
- ``gather(main, upload) -> Found``: the main file and the files it needs, checked as far as can be without
  loading them; raises the refusals of ``values``.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import Any, Protocol

from workbench.model_registry.values import Found


class Format(Protocol):
    """What a format's module offers."""

    ACCEPTED: str | None

    def claims(self, path: Path) -> bool:
        """Whether ``path`` is the main file of a model in this format."""

    def gather(self, main: Path, upload: Path) -> Found:
        """The model whose main file is ``main``, somewhere below the folder ``upload``."""


def formats() -> list[Format]:
    """Every format we take, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name[0] != "_")
    modules: list[Any] = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return modules
