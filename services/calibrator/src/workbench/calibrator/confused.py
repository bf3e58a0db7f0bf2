"""What a model takes for what, over all annotated images of an evaluation."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from workbench.calibrator.shown import CONFUSION_NAME
from workbench.tasks.computing import Computing
from workbench.tasks.confusion import Pair
from workbench.tasks.recipe import Recipe
from workbench.tasks.scoring import Scored


def write(folder: Path, task: Computing[Any, Any], scored: Sequence[Scored[Any, Any]], recipe: Recipe) -> None:
    """One file; none where the task has no classes, or no image is annotated."""
    if task.confusion is None or not any(each.annotation is not None for each in scored):
        return
    pairs: Counter[Pair] = Counter()
    for each in scored:
        pairs.update(task.confusion.pairs(each))
    (folder / CONFUSION_NAME).parent.mkdir(exist_ok=True)
    document = {"of": task.confusion.of, **_told(pairs, recipe)}
    (folder / CONFUSION_NAME).write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def _told(pairs: Counter[Pair], recipe: Recipe) -> dict[str, Any]:
    there, said, right = Counter[int | None](), Counter[int | None](), Counter[int | None]()
    for (truth, taken), count in pairs.items():
        there[truth] += count
        said[taken] += count
        right[truth] += count * (truth == taken)
    numbers = sorted(number for number in {*there, *said} if number is not None)
    classes = [
        {
            "id": number,
            "label": recipe.label(number),
            "there": there[number],
            "said": said[number],
            "right": right[number],
        }
        for number in numbers
    ]
    ordered = sorted(pairs.items(), key=lambda pair: (-pair[1], _place(pair[0])))
    return {
        "classes": classes,
        "pairs": [{"truth": truth, "said": taken, "count": count} for (truth, taken), count in ordered],
    }


def _place(pair: Iterable[int | None]) -> tuple[int, ...]:
    return tuple(-1 if number is None else number for number in pair)
