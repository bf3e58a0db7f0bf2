"""Settings of a face recognition recipe, and what its metrics are. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.tasks.face_recognition import guessing
from workbench.tasks.guess import Guess
from workbench.tasks.measure import Measure
from workbench.tasks.model_facts import ModelFacts
from workbench.tasks.option import Choice, Option
from workbench.tasks.recipe import Recipe

HEADS: tuple[Choice, ...] = (Choice("embedding", "One list of numbers, [1, numbers]; of one person they are alike."),)
RESIZE = "stretch"  # the picture is a face already
MODEL_API: str | None = None  # it has no word for this one
OPTIONS: tuple[Option, ...] = (
    Option(
        "compared_by",
        "How near two embeddings are: by the cosine between them, or by their distance (l2).",
        default="cosine",
        choices=("cosine", "l2"),
    ),
    Option(
        "folds",
        "In how many parts pairs are dealt whose dataset does not say; the threshold of each part is "
        "chosen on the others.",
        default=10,
        low=2,
        high=1000,
    ),
    Option(
        "far",
        "The share of pairs of different people that may be taken for one, with tar_at_far.",
        default=0.01,
        low=0,
        high=1,
    ),
)
METRICS: tuple[Measure, ...] = (
    Measure(
        "pair_accuracy",
        "share",
        "higher",
        "annotation",
        "Pairs of images that are told right, as one person or "
        "as two, by a threshold chosen on the other folds (the protocol of LFW).",
    ),
    Measure(
        "roc_auc",
        "share",
        "higher",
        "annotation",
        "How often a pair of one person is nearer than a pair of two: the area below the ROC curve.",
    ),
    Measure(
        "tar_at_far",
        "share",
        "higher",
        "annotation",
        "Pairs of one person that are accepted by the threshold that accepts no more than the share far of the others.",
    ),
    Measure(
        "embedding_agreement",
        "cosine",
        "higher",
        "reference",
        "The mean cosine between the embedding of an image and the reference model's.",
    ),
)


def guess(model: ModelFacts, labels: Sequence[str] | None) -> Guess | None:  # noqa: ARG001
    """Embeddings are one list of numbers."""
    return guessing.guess(model)


def misfit(model: ModelFacts, recipe: Recipe) -> tuple[str, str] | None:
    """An output that is no list of numbers."""
    return guessing.misfit(model, recipe)
