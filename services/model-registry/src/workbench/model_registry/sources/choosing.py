"""Which files of a repository are one model: its main file and what belongs to that by its name."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from workbench.model_registry.sources.problems import ChooseFiles
from workbench.model_registry.values import MAIN_FILES

MOST_FILES = 1000
_OF_FOLDERS = "saved_model.pb"


def chosen(names: Sequence[str], include: Sequence[str], repository: str) -> list[str]:
    """The names that match a pattern of ``include``, with what belongs to them; without patterns, those of the only
    model there is. Raises ChooseFiles."""
    wanted = [name for name in names if any(_fits(name, pattern) for pattern in include)]
    mains = [name for name in (wanted if include else names) if is_main(name)]
    if include and not wanted:
        raise ChooseFiles(repository, f"no file fits {', '.join(include)}", _some(names))
    if not include and len(mains) != 1:
        raise ChooseFiles(repository, f"{len(mains) or 'no'} models are in it", _some(mains or names))
    taken = {*wanted, *(name for main in mains for name in names if belongs(name, main))}
    if len(taken) > MOST_FILES:
        raise ChooseFiles(repository, f"{len(taken)} files would be taken, at most {MOST_FILES} may be", [])
    return sorted(taken)


def is_main(name: str) -> bool:
    """Whether a model may be named after it."""
    return name.endswith(MAIN_FILES)


def belongs(name: str, main: str) -> bool:
    """Whether the file is the main one, or a part of it by its name: ``model.bin`` of ``model.xml``."""
    path, of = PurePosixPath(name), PurePosixPath(main)
    if of.name == _OF_FOLDERS:
        return path.is_relative_to(of.parent)
    if is_main(name) or path.parent != of.parent:
        return name == main
    return path.name.startswith((f"{of.stem}.", f"{of.name}_"))


def _fits(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) or fnmatchcase(PurePosixPath(name).name, pattern)


def _some(names: Sequence[str]) -> list[str]:
    return sorted(names)[:30]
