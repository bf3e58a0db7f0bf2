"""A folder of pictures with what was said of each drawn onto it. What was asked about is never drawn over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from workbench.tasks.protocols import Running
from workbench.tasks.recipe import Recipe


class Drawings:
    """Made with the first picture. Two images of one name get two drawings.

    ``inputs``: the files, and folders of them, that are drawn.
    """

    def __init__(self, folder: Path, running: Running, inputs: Iterable[str] = ()) -> None:
        self._folder = folder
        self._draw = running.draw
        self._names = {file.name for given in inputs for file in _files_in(folder.resolve(), Path(given).resolve())}

    def add(self, stem: str, picture: Image.Image, result: Any, recipe: Recipe) -> Path:
        """``stem``: of the name it gets. Returns where the drawing is; raises OSError."""
        assert self._draw is not None, "whoever asks for drawings knows that the task has some"
        self._folder.mkdir(parents=True, exist_ok=True)
        target = self._folder / self._name(stem)
        self._draw(picture, result, recipe).save(target, "PNG")
        return target

    def _name(self, stem: str) -> str:
        tries = (f"{stem}.png" if number == 1 else f"{stem}-{number}.png" for number in range(1, len(self._names) + 2))
        name = next(name for name in tries if name not in self._names)
        self._names.add(name)
        return name


def _files_in(folder: Path, given: Path) -> Iterator[Path]:
    """Those of the folder that are asked about."""
    if given.is_file() and given.parent == folder:
        yield given
    elif given.is_dir() and folder.is_dir() and folder.is_relative_to(given):
        yield from folder.iterdir()
