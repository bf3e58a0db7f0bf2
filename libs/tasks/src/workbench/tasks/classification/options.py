"""Settings of a classifier's recipe, and what its outputs and labels say about them. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.tasks.classification import guessing
from workbench.tasks.guess import Guess
from workbench.tasks.measure import Measure
from workbench.tasks.model_facts import ModelFacts
from workbench.tasks.option import Choice, Option
from workbench.tasks.recipe import Recipe

HEADS: tuple[Choice, ...] = (Choice("scores", "One number a class; the highest is the answer."),)
RESIZE = "crop"  # as ImageNet's models are trained
MODEL_API: str | None = "Classification"
OPTIONS: tuple[Option, ...] = (
    Option(
        "label_offset",
        "The model's class minus this is the dataset's: how many of its first classes, such as a "
        "background class, stand before class 0.",
        default=0,
        low=0,
        high=1000,
        suspect=True,
    ),
    Option("top_k", "How many of the best classes are listed.", default=5, low=1, high=100),
)
METRICS: tuple[Measure, ...] = (
    Measure("top1", "share", "higher", "annotation", "Images whose class comes first."),
    Measure("top5", "share", "higher", "annotation", "Images whose class is among the first five."),
    Measure(
        "top1_agreement",
        "share",
        "higher",
        "reference",
        "Images for which the reference model puts the same class first.",
    ),
)


def guess(model: ModelFacts, labels: Sequence[str] | None) -> Guess | None:
    """A classifier has one list of scores."""
    return guessing.guess(model, labels)


def misfit(model: ModelFacts, recipe: Recipe) -> tuple[str, str] | None:
    """An output that is no list of scores, and labels beyond the classes."""
    return guessing.misfit(model, recipe)
