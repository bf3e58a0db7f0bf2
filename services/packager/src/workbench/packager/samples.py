"""The images a package proves itself on: some of the dataset, or generated ones where none may be shipped.

Where a task's models take a mask beside the picture and the dataset has one, it lies there as the application finds it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from workbench import shards
from workbench.application import masks
from workbench.imaging.orientation import Turn
from workbench.imaging.preprocess import preprocess, stored_orientation
from workbench.packager.values import DEFAULT_SAMPLES
from workbench.runner.core import Refusal
from workbench.shards import Item
from workbench.tasks.computing import computing_of
from workbench.tasks.recipe import Recipe

_SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")
_SEED = 0
# Its name in the dataset, what is known of it for the recipe's task, its file, the mask that goes in with it.
Sample = tuple[str, dict[str, Any] | None, bytes, Image.Image | None]
_BLOCKS = 8  # a generated image is that many blocks of one colour wide and high, smoothed


class BadDataset(Refusal):
    """The dataset is not in the canonical form, or its bytes are not those it promises."""


class BrokenImage(Refusal):
    """A sample can't be decoded; ``file`` is its name in the dataset."""


def write_samples(dataset: Path, recipe: Recipe, count: int, folder: Path) -> list[dict[str, Any]]:
    """Write the samples into ``folder`` and return one line for each: file in the package, name, annotation.

    ``count`` images of the dataset, the part for evaluation first. Generated images when it is 0, or when
    there is no dataset: a self-test that compares nothing would always pass.
    """
    folder.mkdir()
    use_dataset = count > 0 and (dataset / shards.INDEX_NAME).exists()
    generated = _generated(recipe, count or DEFAULT_SAMPLES)
    chosen = _of_dataset(dataset, recipe, count) if use_dataset else generated
    lines = []
    for number, (name, known, data, mask) in enumerate(chosen, 1):
        file = f"{number:02d}{_suffix(name)}"
        (folder / file).write_bytes(data)
        if mask is not None:
            mask.save(masks.place(folder / file), "PNG")
        lines.append({"file": f"samples/{file}", "name": name, "annotation": known})
    return lines


def _of_dataset(dataset: Path, recipe: Recipe, count: int) -> Iterator[Sample]:
    try:
        items = {item.sha256: item for item in shards.read_index(dataset)}
        # By digest: the same few of the same images, whatever their order, and not all of one class.
        ranked = sorted(items.values(), key=lambda item: (item.split != "evaluation", item.sha256))
        known = shards.read_annotations(dataset, recipe.task)
        for item in ranked[:count]:
            data = shards.read_bytes(dataset, item)
            _require_whole(item.name, data, recipe)
            annotation = known.get(item.name)
            yield item.name, annotation, data, _mask(item, annotation, data, recipe)
    except shards.BadDataset as bad:
        raise BadDataset(f"{bad}.") from bad


def _mask(item: Item, known: dict[str, Any] | None, data: bytes, recipe: Recipe) -> Image.Image | None:
    """As large as the picture that the application makes of the file, turned as that is."""
    task = computing_of(recipe.task)
    if known is None or task is None or task.mask is None:
        return None
    try:
        annotation = task.annotation.from_json(known)
        if recipe.preparation.orientation == "exif":
            annotation = task.annotation.turned(annotation, Turn(stored_orientation(data), item.width, item.height))
    except ValueError as wrong:
        raise BadDataset(f"{item.name}: {wrong}.") from wrong
    return task.mask(annotation)


def _require_whole(name: str, data: bytes, recipe: Recipe) -> None:
    try:
        preprocess(data, recipe.preparation)
    except ValueError as broken:
        raise BrokenImage(f"{name}: {broken}.", file=name) from broken


def _generated(recipe: Recipe, count: int) -> Iterator[Sample]:
    random = np.random.default_rng(_SEED)
    size = (recipe.preparation.input.width, recipe.preparation.input.height)
    for number in range(1, count + 1):
        blocks = Image.fromarray(random.integers(0, 256, (_BLOCKS, _BLOCKS, 3), np.uint8))
        file = io.BytesIO()
        blocks.resize(size, Image.Resampling.BILINEAR).save(file, "PNG")
        yield f"generated-{number:02d}.png", None, file.getvalue(), None


def _suffix(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return suffix if _SUFFIX.fullmatch(suffix) else ".img"
