"""Core: a dataset as a zip in a layout that other programs read, image by image.

The pictures are the very bytes that were imported. What the layout cannot say is left out and told, or, where that
would make another dataset of it, refused.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from workbench.dataset import writing
from workbench.dataset.spec import read_export
from workbench.dataset.values import EXPORT_FILE
from workbench.dataset.writing.layout import Annotations, Image, Layout, NotHeld
from workbench.runner.core import Run
from workbench.runner.pieces import Pieces
from workbench.shards import AnnotationReader, BadDataset, Item, read_bytes, read_classes, read_index, tasks_of

_SURVEYED = 0.1  # of the whole
_MOMENT = (1980, 1, 1, 0, 0, 0)  # the same dataset gives the same bytes, whenever it is exported
_THINGS = ("things", "instances")
_MARKS = {
    "area": "an area of its own, which is not kept",
    "crowd": "the mark of a crowd and is left out",
    "difficult": "the mark `difficult` and is left out",
}
_HIDING = ("crowd", "difficult")  # what lacks such a mark would be counted as any other


def run(run: Run) -> dict[str, Any]:
    """The facts of outputs/dataset.zip, made of inputs/dataset. Refuses with BadSpec or NotHeld."""
    layout = writing.named(read_export(run.spec).format)
    run.progress("survey", 0.0, "reading the annotations")
    source = survey(run.inputs / "dataset", layout)
    pieces = Pieces(run, "write", _SURVEYED, 1.0)
    with Zip(run.outputs / EXPORT_FILE, run.inputs / "dataset", source.count, pieces) as archive:
        told = layout.write(source, archive)
    size_bytes = (run.outputs / EXPORT_FILE).stat().st_size
    return {"format": layout.NAME, "items": source.count, "size_bytes": size_bytes, "warnings": [*source.told, *told]}


@dataclass
class Held:
    """What of the dataset the layout holds: see ``layout.Source``. ``told``: what it does not.

    ``tasks``: those that both have, the first of which an image must be annotated for.
    """

    folder: Path
    layout: Layout
    items: list[Item]
    tasks: list[str]
    classes: list[str] = field(default_factory=list)
    named: bool = True
    count: int = 0
    told: list[str] = field(default_factory=list)

    def images(self) -> Iterator[tuple[Image, Annotations]]:
        """Those that are annotated, without what the layout cannot say."""
        lacks = [mark for mark in _HIDING if mark not in self.layout.MARKS]
        for item, known in self.annotated():
            yield item, {task: _without(annotation, lacks) for task, annotation in known.items()}

    def annotated(self) -> Iterator[tuple[Item, dict[str, dict[str, Any]]]]:
        """Those with an annotation of the first task, one in memory at a time. Raises BadDataset."""
        readers = {task: AnnotationReader(self.folder, task) for task in self.tasks}
        for item in self.items:
            known = {task: found for task, reader in readers.items() if (found := reader.of(item.name)) is not None}
            if not self.tasks or self.tasks[0] in known:
                yield item, known
        for reader in readers.values():
            reader.check_end()


def survey(folder: Path, layout: Layout) -> Held:
    """All annotations read once: which classes there are, and what the layout has no place for. Raises NotHeld."""
    held = Held(folder, layout, read_index(folder), [task for task in layout.TASKS if task in tasks_of(folder)])
    marks: Counter[str] = Counter()
    highest, first = -1, held.tasks[0] if held.tasks else ""
    for _, known in held.annotated():
        held.count += 1
        things = _things(known.get(first, {}))
        highest = max([highest, *_classes(known.get(first, {}))])
        marks.update(mark for thing in things for mark in _MARKS if thing.get(mark))
    if not held.count or (layout.TASKS and not first):
        raise NotHeld(
            f"No image of the dataset is annotated for {' or '.join(layout.TASKS) or 'anything'}, which "
            f"{layout.NAME} holds."
        )
    names = read_classes(folder).get(first) or []
    held.named = bool(names) or highest < 0
    held.classes = names or [str(label) for label in range(highest + 1)]
    if highest >= len(held.classes):
        raise BadDataset(f"an annotation has the class {highest}; {len(names)} have names")
    held.told = _told(held, marks, tasks_of(folder))
    return held


def _things(known: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [thing for name in _THINGS for thing in known.get(name, ())]


def _classes(known: Mapping[str, Any]) -> list[int]:
    return [thing["class"] for thing in _things(known)] + ([known["label"]] if "label" in known else [])


def _told(held: Held, marks: Mapping[str, int], serves: list[str]) -> list[str]:
    layout = held.layout
    found = [
        f"{layout.NAME} holds no annotations for {task}: they are not in it."
        for task in serves
        if task not in layout.TASKS
    ]
    if alone := len(held.items) - held.count:
        found.append(f"{alone} images are not annotated for {held.tasks[0]} and are left out.")
    if not held.named:
        found.append("The classes of the dataset have no names: they are called by their ids, from 0.")
    for mark, words in _MARKS.items():
        if marks.get(mark) and mark not in layout.MARKS:
            found.append(f"{layout.NAME} cannot say everything of {marks[mark]} things: each has {words}.")
    return [*found, "Which images may calibrate is not in it: an import tells the parts by digest again."]


def _without(annotation: dict[str, Any], marks: list[str]) -> dict[str, Any]:
    return {
        name: [thing for thing in value if not any(thing.get(mark) for mark in marks)] if name in _THINGS else value
        for name, value in annotation.items()
    }


class Zip:
    """Writes the archive: see ``layout.Archive``. Pictures are stored as they are, texts deflated."""

    def __init__(self, target: Path, folder: Path, count: int, pieces: Pieces) -> None:
        self._zip = zipfile.ZipFile(target, "w")
        self._folder, self._count, self._pieces, self._done = folder, count, pieces, 0

    def picture(self, name: str, png: bytes) -> None:
        """Stored as it is."""
        self._zip.writestr(_info(name, zipfile.ZIP_STORED), png)

    def copy(self, image: Image, name: str) -> None:
        """One image; how far it is, is told."""
        assert isinstance(image, Item)
        self._zip.writestr(_info(name, zipfile.ZIP_STORED), read_bytes(self._folder, image))
        self._done += 1
        self._pieces.done(self._done / self._count, f"{self._done} of {self._count} images")

    @contextmanager
    def text(self, name: str) -> Iterator[Callable[[str], object]]:
        """UTF-8, of any length."""
        with self._zip.open(_info(name, zipfile.ZIP_DEFLATED), "w", force_zip64=True) as file:
            yield lambda piece: file.write(piece.encode())

    def __enter__(self) -> Zip:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()


def _info(name: str, compression: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _MOMENT)
    info.compress_type, info.external_attr = compression, 0o644 << 16
    return info
