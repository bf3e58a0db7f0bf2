"""What an evaluation keeps of each image, a line of predictions.jsonl each: enough to pair it with another one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.tasks.computing import Computing
from workbench.tasks.scoring import Scored


@dataclass(frozen=True)
class Noted:
    """One image: what the model answered in short, and what it adds to each metric that applies to it, by name.

    ``perfect``: what it would add, were the model the reference itself; those that compare with one alone.
    """

    name: str
    sha256: str
    answer: Any
    items: Mapping[str, Any]
    perfect: Mapping[str, Any]


def noted(task: Computing[Any, Any], scored: Sequence[Scored[Any, Any]]) -> list[Noted]:
    """In the order of the images."""
    return [_noted(task, each) for each in scored]


def write(file: Path, images: Sequence[Noted], told: Sequence[Mapping[str, Any]]) -> None:
    """``told``: what the task itself keeps of each."""
    with file.open("w", encoding="utf-8") as lines:
        for each, more in zip(images, told, strict=True):
            line = {"name": each.name, "sha256": each.sha256, **more, "answer": each.answer, "items": each.items}
            lines.write(json.dumps(line, ensure_ascii=False) + "\n")


def read(file: Path) -> list[Noted]:
    """Those of another evaluation; none where there is no file, or where release 0.1.0 wrote it."""
    if not file.is_file():
        return []
    with file.open(encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    return [Noted(line["name"], line["sha256"], line["answer"], line["items"], {}) for line in found if "items" in line]


def pairs(mine: Sequence[Noted], theirs: Sequence[Noted]) -> list[tuple[Noted, Noted]]:
    """The images that both have looked at: the same name and the same bytes."""
    others = {(each.name, each.sha256): each for each in theirs}
    both = ((each, others.get((each.name, each.sha256))) for each in mine)
    return [(one, other) for one, other in both if other is not None]


def _noted(task: Computing[Any, Any], each: Scored[Any, Any]) -> Noted:
    items = {metric.name: metric.item(each) for metric in task.metrics}
    itself = Scored(each.name, each.sha256, each.reference, each.annotation, each.reference, each.options)
    agreeing = [metric for metric in task.metrics if metric.needs == "reference" and each.reference is not None]
    return Noted(
        each.name,
        each.sha256,
        task.answer(each.result),
        {name: item for name, item in items.items() if item is not None},
        {metric.name: metric.item(itself) for metric in agreeing},
    )
