"""The layouts that are understood: each module of this package is one, found by being here.

A format has NAME, TASKS (those it gives annotations for), ``recognise(tree)``: None when the tree is of this
format, else why not; and ``read(tree)``, which must cope with any tree, since a person may choose it by name.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Protocol, cast

from workbench.dataset.samples import Reading
from workbench.dataset.tree import Tree
from workbench.dataset.values import BadSpec
from workbench.runner.core import Refusal
from workbench.tasks.catalogue import Task


class Format(Protocol):
    """What a module of this package offers."""

    NAME: str
    TASKS: tuple[str, ...]

    def recognise(self, tree: Tree) -> str | None:
        """None, or in half a sentence why the tree is not of this format."""
        ...

    def read(self, tree: Tree) -> Reading:
        """The samples in name order, and every fault of the annotation."""
        ...


class UnknownFormat(Refusal):
    """No format fits, or more than one; ``considered`` says of each why not."""


def table() -> dict[str, Format]:
    """Every format by name."""
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    formats = [cast(Format, importlib.import_module(f"{__name__}.{name}")) for name in names]
    return {each.NAME: each for each in sorted(formats, key=lambda each: each.NAME)}


def feeding(task: Task) -> list[str]:
    """The names of those with annotations for the task; of all for one that needs none."""
    return [name for name, each in table().items() if not task.judged or task.name in each.TASKS]


def choose(tree: Tree, wanted: str | None) -> Format:
    """The format asked for, or the only one that fits; raises BadSpec or UnknownFormat.

    Formats without labels are tried last: nearly any tree would do for them.
    """
    formats = table()
    if wanted is not None:
        return _by_name(formats, wanted)
    considered: dict[str, str] = {}
    for annotated in (True, False):
        group = [each for each in formats.values() if bool(each.TASKS) is annotated]
        reasons = {each.NAME: each.recognise(tree) for each in group}
        hits = [name for name, reason in reasons.items() if reason is None]
        if len(hits) == 1:
            return formats[hits[0]]
        considered |= {name: reason or "fits, but so does another" for name, reason in reasons.items()}
        if hits:
            break
    raise UnknownFormat(_explain(considered), considered=considered)


def _by_name(formats: dict[str, Format], wanted: str) -> Format:
    if wanted not in formats:
        raise BadSpec("format", f"{wanted[:40]!r} is not known; known are {', '.join(formats)}")
    return formats[wanted]


def _explain(considered: dict[str, str]) -> str:
    reasons = "; ".join(f"not {name}: {reason}" for name, reason in considered.items())
    return f"The layout was not recognised. {reasons}. Rearrange the files, or choose the format by name."
