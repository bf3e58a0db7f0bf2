"""Core: copies of the images of a dataset, flipped, hidden in part, noisy, lighter or darker, with their annotations.

Each copy lies in the part of its image, so that no picture is in both. What is drawn at random follows from the seed,
the image's digest, the method and the number of the copy: the same everywhere, whatever else is asked for. A copy of a
photo with an EXIF orientation lies as the photo does and has that orientation, so a recipe treats both alike; flips
mirror what a viewer shows.
"""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from workbench.dataset.canonical import Canonical
from workbench.dataset.pictures import Picture, whole
from workbench.dataset.spec import read_augmentation
from workbench.dataset.values import FLIPS, Augmentation
from workbench.imaging.orientation import Turn, orientation_tag, upright
from workbench.runner.core import Refusal, Run
from workbench.runner.pieces import Pieces
from workbench.shards import AnnotationReader, Item, read_bytes, read_classes, read_index, tasks_of
from workbench.tasks.computing import Computing, computing_of

_PNG_LEVEL = 1  # a third of the default level's time, for a tenth more bytes
_GRAY = (128, 128, 128)
_BYTES, _BYTE_DEVIATION = 4, 147.802  # the sum of four bytes is nearly normal; of such a sum
_TURNS = {"flip-horizontal": 2, "flip-vertical": 4}  # as the orientation that such a picture has
_LYING = {2: 4, 4: 2}  # in pixels as they are stored of a photo that a viewer lays on its side
_BAND = 2**20  # numbers of noise held at a time: a photo may have 200 times as many

Task = Computing[Any, Any]
Known = dict[str, Any]  # annotations by task


class CannotAugment(Refusal):
    """Nobody knows what a method makes of what is known of the images."""


@dataclass(frozen=True)
class Source:
    """The dataset that is copied, image by image."""

    folder: Path
    items: list[Item]
    tasks: list[Task]

    def images(self) -> Iterator[tuple[Item, Picture, Known]]:
        """In the order of the index; one is held at a time."""
        readers = {task.name: AnnotationReader(self.folder, task.name) for task in self.tasks}
        for item in self.items:
            known = {
                task.name: task.annotation.from_json(document)
                for task in self.tasks
                if (document := readers[task.name].of(item.name)) is not None
            }
            yield item, whole(read_bytes(self.folder, item)), known
        for reader in readers.values():
            reader.check_end()


def run(run: Run) -> dict[str, Any]:
    """The new dataset's facts. Refuses with BadSpec or CannotAugment."""
    wanted, folder = read_augmentation(run.spec), run.inputs / "dataset"
    tasks = [task for name in tasks_of(folder) if (task := computing_of(name)) is not None]
    source = Source(folder, read_index(folder), tasks)
    _check(wanted, tasks)
    pieces, taken = Pieces(run, "augment", 0.0, 1.0), {item.name for item in source.items}
    with Canonical(run.outputs, tasks=tasks, classes=read_classes(folder)) as dataset:
        for number, (item, picture, known) in enumerate(source.images(), 1):
            if wanted.originals:
                dataset.take(item, picture, known, copy=True)
            for method, copy in _copies(wanted):
                changed = _encoded(_changed(picture, item, method, copy, wanted), picture.orientation)
                dataset.take(
                    _item(item, method, copy, changed, taken),
                    changed,
                    _known(source, item, known, picture, method),
                    copy=True,
                )
            pieces.done(number / len(source.items), f"{number} of {len(source.items)} images")
        return dataset.facts("augmented", [])


def _check(wanted: Augmentation, tasks: list[Task]) -> None:
    changing = [method for method in wanted.methods if method not in FLIPS]
    fixed = [task.name for task in tasks if task.contents.OF_LEVELS]
    if changing and fixed:
        raise CannotAugment(
            f"What is known for {fixed[0]} is a picture, which would not be that of an image after "
            f"{changing[0]}; {' and '.join(FLIPS)} change both."
        )


def _copies(wanted: Augmentation) -> Iterator[tuple[str, int]]:
    for method in wanted.methods:
        for copy in range(1, 2 if method in FLIPS else wanted.copies + 1):
            yield method, copy


def _known(source: Source, item: Item, known: Mapping[str, Any], picture: Picture, method: str) -> Known:
    tasks = {task.name: task for task in source.tasks}
    try:
        kept = {name: tasks[name].contents.copied(each, mirrored=method in _TURNS) for name, each in known.items()}
    except ValueError as unknown:
        raise CannotAugment(f"{item.name[:200]} can't be changed by {method}: {unknown}.") from None
    if method not in _TURNS:
        return kept
    turn = Turn(_turn(picture, method), picture.width, picture.height)
    return {name: tasks[name].annotation.turned(each, turn) for name, each in kept.items()}


def _turn(picture: Picture, method: str) -> int:
    """What a flip does to the pixels as they are stored."""
    turn, (width, _) = _TURNS[method], Turn(picture.orientation, 1, 2).size
    return turn if width == 1 else _LYING[turn]


def _item(item: Item, method: str, copy: int, changed: Picture, taken: set[str]) -> Item:
    stem = item.name.rpartition(".")[0] or item.name
    names = (f"{stem}-{method}{f'-{number}' if number > 1 else ''}.png" for number in range(copy, 2**31))
    name = next(name for name in names if name not in taken)
    taken.add(name)
    return replace(item, name=name, sha256=hashlib.sha256(changed.data).hexdigest())


def _encoded(image: Image.Image, orientation: int) -> Picture:
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=_PNG_LEVEL, exif=orientation_tag(orientation))
    return Picture(file.getvalue(), image, orientation=orientation)


def _changed(picture: Picture, item: Item, method: str, copy: int, wanted: Augmentation) -> Image.Image:
    image, draw = picture.image, random.Random(f"{wanted.seed} {item.sha256} {method} {copy}")  # noqa: S311
    if method in _TURNS:
        return upright(image, _turn(picture, method))
    if method == "erase":
        return _erased(image, wanted.erase, draw)
    if method == "noise":
        return _noisy(image, wanted.noise, draw)
    middle = 0.0 if method == "brightness" else _mean(image)
    return _lit(image, middle, 1 + draw.uniform(-wanted.light, wanted.light))


def _lit(image: Image.Image, middle: float, change: float) -> Image.Image:
    """Every level so many times as far from the middle: the same of each, so it is worked out once a level."""
    levels = middle + (np.arange(256, dtype=np.float64) - middle) * change
    return image.point([*_whole(levels)] * len(image.getbands()))


def _mean(image: Image.Image) -> float:
    """Of all levels of all channels."""
    counts = np.array(image.histogram()).reshape(-1, 256)
    return float((counts * np.arange(256)).sum() / counts.sum())


def _erased(image: Image.Image, share: float, draw: random.Random) -> Image.Image:
    """A rectangle of that share of the pixels, as near as its sides can be, is gray."""
    least, most = max(share, 1 / 3), min(1.0, 3 * share)
    wide = draw.uniform(least, most) if least < most else share**0.5
    width = min(max(1, round(image.width * wide)), image.width)
    height = min(max(1, round(share * image.width * image.height / width)), image.height)
    left, top = draw.randint(0, image.width - width), draw.randint(0, image.height - height)
    found = image.copy()
    found.paste(_GRAY, (left, top, left + width, top + height))
    return found


def _noisy(image: Image.Image, deviation: float, draw: random.Random) -> Image.Image:
    """In bands: the numbers come in the same order as they would for the whole picture."""
    levels = np.array(image)
    flat = levels.reshape(-1)
    for start in range(0, flat.size, _BAND):
        band = flat[start : start + _BAND]
        band[:] = _whole(band + _noise(band.size, draw) * deviation)
    return Image.fromarray(levels)


def _noise(count: int, draw: random.Random) -> NDArray[np.float64]:
    """Nearly normal, of deviation 1; made of the generator's own bits, which no release of NumPy changes."""
    bits = np.frombuffer(draw.randbytes(_BYTES * count), np.uint8).reshape(count, _BYTES)
    return (bits.sum(axis=1, dtype=np.float64) - _BYTES * 127.5) / _BYTE_DEVIATION


def _whole(levels: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)
