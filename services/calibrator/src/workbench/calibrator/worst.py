"""Every image of an evaluation with what was said of it and what is known, the worst first; those are drawn, too.

The worst are those that score least by the first metric; of equal ones, those that the model is surest of.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from workbench.calibrator import feed
from workbench.calibrator.predictions import Noted
from workbench.calibrator.scorer import Dataset
from workbench.calibrator.shown import (
    DRAWN_PIXELS,
    IMAGES_NAME,
    MOST_DRAWN,
    PLACE,
    PLACES_NAME,
    RESULT,
    TRUTH,
    drawn_name,
)
from workbench.imaging.preprocess import picture as picture_of
from workbench.imaging.previews import jpeg, small
from workbench.tasks.computing import Computing
from workbench.tasks.recipe import Recipe
from workbench.tasks.scoring import Metric, Scored

_LINES, _LETTERS = 5, 120  # of what is said of an image

Image_ = Scored[Any, Any]


@dataclass(frozen=True)
class Ranked:
    """An image by its place in the dataset; ``score``: of the first metric, None where it says nothing of it;
    ``sureness``: of the model's answer.
    """

    at: int
    images: Sequence[Image_]
    score: float | None
    sureness: float

    @property
    def scored(self) -> Image_:
        """The image itself."""
        return self.images[self.at]


def ranked(
    task: Computing[Any, Any], metric: Metric[Any, Any], scored: Sequence[Image_], noted: Sequence[Noted]
) -> list[Ranked]:
    """The worst first; those that the metric says nothing of come last. ``noted``: of the same images."""
    known = [(at, each.items[metric.name]) for at, each in enumerate(noted) if metric.name in each.items]
    found = dict(zip((at for at, _ in known), metric.each([item for _, item in known]), strict=True))
    rows = [Ranked(at, scored, _number(found.get(at)), task.sureness(each.result)) for at, each in enumerate(scored)]
    return sorted(rows, key=lambda row: (row.score is None, metric.sign * (row.score or 0.0), -row.sureness))


def write(folder: Path, rows: Sequence[Ranked], task: Computing[Any, Any], dataset: Dataset, recipe: Recipe) -> None:
    """The list of them all, and pictures of the first few."""
    write_lines(
        folder,
        (
            _line(row, task, recipe) | {"beside": _beside(row) if number < MOST_DRAWN else None}
            for number, row in enumerate(rows)
        ),
    )
    for number, row in enumerate(rows[:MOST_DRAWN]):
        _draw(folder, number, row, task, dataset, recipe)


def write_lines(folder: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    """``lines``: of all images, in order; where each lies is written beside them."""
    (folder / IMAGES_NAME).parent.mkdir(exist_ok=True)
    with (folder / IMAGES_NAME).open("wb") as file, (folder / PLACES_NAME).open("wb") as places:
        for line in lines:
            places.write(PLACE.pack(file.tell(), file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")))


def _line(row: Ranked, task: Computing[Any, Any], recipe: Recipe) -> dict[str, Any]:
    scored = row.scored
    said = [line.strip()[:_LETTERS] for line in scored.result.lines(recipe)[:_LINES]]
    return {"name": scored.name, "score": row.score, "said": said, "known": _known(scored, task, recipe)}


def _known(scored: Image_, task: Computing[Any, Any], recipe: Recipe) -> list[str]:
    """What is there, by classes; nothing where there are none."""
    if scored.annotation is None:
        return []
    found = Counter(seen.class_id for seen in task.contents.things(scored.annotation))
    return [
        (f"{count} " if count > 1 else "") + recipe.class_name(label)[:_LETTERS]
        for label, count in found.most_common(_LINES)
    ]


def _beside(row: Ranked) -> str:
    """What the result is drawn beside."""
    if row.scored.annotation is not None:
        return "annotation"
    return "image" if row.scored.reference is None else "reference"


def _draw(folder: Path, number: int, row: Ranked, task: Computing[Any, Any], dataset: Dataset, recipe: Recipe) -> None:
    """Both in one size, whatever the result's own is."""
    picture = picture_of(feed.read(dataset.folder, dataset.items[row.at]), recipe.preparation)
    draw = task.running.draw
    assert draw is not None, "a task that is judged has something to see"
    beside, scale = small(picture, DRAWN_PIXELS)

    def drawn(result: Any) -> Image.Image:
        made = draw(picture, result, recipe)
        how = Image.Resampling.NEAREST if beside.width >= made.width else Image.Resampling.BILINEAR
        return made.resize(beside.size, how)

    _save(folder / drawn_name(number, RESULT), drawn(row.scored.result))
    if row.scored.annotation is not None:
        beside = task.contents.draw(beside, row.scored.annotation, recipe.class_name, scale)
    elif row.scored.reference is not None:
        beside = drawn(row.scored.reference)
    _save(folder / drawn_name(number, TRUTH), beside)


def _save(file: Path, picture: Image.Image) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(jpeg(picture))


def _number(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value
