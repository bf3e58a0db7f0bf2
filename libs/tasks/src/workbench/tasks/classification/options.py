"""Settings of a classifier's recipe, and what its outputs and labels say about them. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.tasks.guess import Guess
from workbench.tasks.measure import Measure
from workbench.tasks.option import Choice, Option

HEADS: tuple[Choice, ...] = (Choice("scores", "One number a class; the highest is the answer."),)
RESIZE = "crop"  # as ImageNet's models are trained
OPTIONS: tuple[Option, ...] = (
    Option("label_offset", "The model's class minus this is the dataset's: how many of its first classes, such as a "
           "background class, stand before class 0.", default=0, low=0, high=1000),
    Option("top_k", "How many of the best classes are listed.", default=5, low=1, high=100),
)  # fmt: skip
METRICS: tuple[Measure, ...] = (
    Measure("top1", "share", "higher", "annotation", "Images whose class comes first."),
    Measure("top5", "share", "higher", "annotation", "Images whose class is among the first five."),
    Measure("top1_agreement", "share", "higher", "reference", "Images for which the reference model puts the same "
            "class first."),
)  # fmt: skip


def guess(outputs: Sequence[Mapping[str, Any]], output: str | None, labels: Sequence[str] | None) -> Guess | None:
    """A classifier has one list of scores; one score more than labels is a background class before them."""
    classes = _classes(outputs, output)
    if classes is None:
        return None
    # TensorFlow's ImageNet models have it.
    offset = 1 if labels and classes == len(labels) + 1 else 0
    return Guess("scores", {"label_offset": offset}, f"its output is one list of {classes} scores")


def _classes(outputs: Sequence[Mapping[str, Any]], name: str | None) -> int | None:
    """How many class scores the output holds; None when its shape is no classifier's."""
    chosen = [output for output in outputs if name in (None, output["name"])]
    sizes = (chosen[0]["shape"] or [])[1:] if chosen else []
    if not all(type(size) is int and size > 0 for size in sizes):
        return None
    larger = [size for size in sizes if size > 1]
    return larger[0] if len(larger) == 1 else None
