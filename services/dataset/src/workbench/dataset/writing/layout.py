"""What a layout is written from and into, and what it may refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from workbench.runner.core import Refusal

Annotations = Mapping[str, Mapping[str, Any]]  # by task, as the dataset keeps them


class NotHeld(Refusal):
    """The layout has no place for something of the dataset, and leaving it out would make another dataset of it."""


class Image(Protocol):
    """One image of the dataset."""

    @property
    def name(self) -> str:
        """Its path."""
        ...

    @property
    def width(self) -> int:
        """Pixels."""
        ...

    @property
    def height(self) -> int:
        """Pixels."""
        ...


class Source(Protocol):
    """A dataset without what the layout cannot say."""

    @property
    def classes(self) -> Sequence[str]:
        """Names in the order of their ids, all that are used."""
        ...

    @property
    def named(self) -> bool:
        """Whether these are the dataset's own, not numbers in their place."""
        ...

    def images(self) -> Iterator[tuple[Image, Annotations]]:
        """In index order, as often as asked for."""
        ...


class Archive(Protocol):
    """What is written: one file after the other."""

    def picture(self, name: str, png: bytes) -> None:
        """The file ``name``, of what is a picture in the annotations."""
        ...

    def copy(self, image: Image, name: str) -> None:
        """The image's own bytes as the file ``name``."""
        ...

    def text(self, name: str) -> AbstractContextManager[Callable[[str], object]]:
        """The file ``name``, written piece by piece."""
        ...


class Layout(Protocol):
    """A module of this package. ``TASKS``: those it holds, one of which a dataset must serve; none: it holds images
    alone. Of those images are written that are annotated for the first that is served. ``MARKS``: what it says of a
    thing: area, crowd, difficult.
    """

    NAME: str
    TASKS: tuple[str, ...]
    MARKS: frozenset[str]

    def write(self, source: Source, archive: Archive) -> list[str]:
        """All of it; what people should know of it. Raises NotHeld."""
        ...


class Names:
    """Names of files that differ by more than the case of letters, as many systems want it."""

    def __init__(self) -> None:
        self._taken: dict[str, str] = {}

    def take(self, name: str, image: str) -> str:
        """``name``, for what belongs to ``image``. Raises NotHeld naming both images where another has it."""
        other = self._taken.setdefault(name.casefold(), image)
        if other != image:
            raise NotHeld(
                f"{other[:200]} and {image[:200]} would both have {name[:200]}; rename one of the two images "
                "and import the dataset again."
            )
        return name


def below(folder: str, name: str) -> str:
    """The image's name below a folder; what lies there already keeps its name."""
    return name if name.startswith(f"{folder}/") else f"{folder}/{name}"


def stem(name: str) -> str:
    """Without the suffix."""
    return name.rpartition(".")[0] or name


def check_lines(classes: Sequence[str], where: str, unfit: Callable[[str], bool] = lambda _name: False) -> None:
    """Each name is to be one line of ``where``. Raises NotHeld naming the class that cannot."""
    for label, name in enumerate(classes):
        if not name or name != name.strip() or not name.isprintable() or unfit(name):
            raise NotHeld(
                f"The class {name[:200]!r} (id {label}) would be read as something else in {where}; name it "
                "otherwise and import the dataset again."
            )
