"""Settings of a style transfer model's recipe. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.tasks.guess import Guess
from workbench.tasks.measure import Measure
from workbench.tasks.model_facts import ModelFacts
from workbench.tasks.option import Choice, Option
from workbench.tasks.recipe import Recipe
from workbench.tasks.redrawn.options import LEVELS, SSIM_WORDS
from workbench.tasks.style_transfer import guessing

HEADS: tuple[Choice, ...] = (
    Choice(
        "picture",
        "A picture as large as the input, [1, 3, height, width] or [1, height, width, 3], its colours in "
        "the order of the input's.",
    ),
)
RESIZE = "keep"  # a picture of its own size comes out; stretched where a model fixes it
MODEL_API: str | None = None  # what OpenVINO's Model API calls such a model; it has no word for this one
OPTIONS: tuple[Option, ...] = (LEVELS,)
# SSIM first: variants are compared by points of a hundred, which decibels are not.
METRICS: tuple[Measure, ...] = (
    Measure(
        "ssim_agreement",
        "share",
        "higher",
        "reference",
        "Structural similarity with the reference model's "
        f"picture ({SSIM_WORDS}, each channel of RGB by itself); pictures smaller than the window do not count.",
    ),
    Measure(
        "psnr_agreement",
        "dB",
        "higher",
        "reference",
        "Peak signal-to-noise ratio of RGB against the reference "
        "model's picture, the mean over the images; 100 where both are equal.",
    ),
)


def guess(model: ModelFacts, labels: Sequence[str] | None) -> Guess | None:  # noqa: ARG001
    """A picture goes in, and one as large comes out."""
    return guessing.guess(model)


def misfit(model: ModelFacts, recipe: Recipe) -> tuple[str, str] | None:
    """An output that is no picture of the input's size."""
    return guessing.misfit(model, recipe)
