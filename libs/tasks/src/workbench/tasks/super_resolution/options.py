"""Settings of a super-resolution model's recipe. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.tasks.guess import Guess
from workbench.tasks.measure import Measure
from workbench.tasks.model_facts import ModelFacts
from workbench.tasks.option import Choice, Option
from workbench.tasks.recipe import Recipe
from workbench.tasks.redrawn.options import LEVELS, SSIM_WORDS
from workbench.tasks.super_resolution import guessing

HEADS: tuple[Choice, ...] = (
    Choice(
        "picture",
        "A larger picture, [1, 3, height, width] or [1, height, width, 3], its colours in the order of "
        "the input's; of one channel where the input is GRAY: then it is the luma, and the colours are those of "
        "bicubic upscaling.",
    ),
)
RESIZE = "keep"  # a picture of its own size comes out; stretched where a model fixes it
MODEL_API: str | None = None  # what OpenVINO's Model API calls such a model; it has no word for this one
OPTIONS: tuple[Option, ...] = (
    LEVELS,
    Option(
        "judged_on",
        "What PSNR and SSIM are taken of. Y: the luma of ITU-R BT.601 from 16 to 235, as papers on "
        "super-resolution report it. RGB: all three channels.",
        default="Y",
        choices=("Y", "RGB"),
    ),
)
# SSIM first: variants are compared by points of a hundred, which decibels are not.
METRICS: tuple[Measure, ...] = (
    Measure(
        "ssim",
        "share",
        "higher",
        "annotation",
        f"Structural similarity with the high resolution ({SSIM_WORDS}), "
        "without a border of as many pixels as the scale; a picture of another size is resized to it first. Told "
        "beside that of bicubic upscaling.",
    ),
    Measure(
        "psnr",
        "dB",
        "higher",
        "annotation",
        "Peak signal-to-noise ratio against the high resolution, peak 255, "
        "without the same border; the mean over the images, 100 where both are equal.",
    ),
    Measure("ssim_agreement", "share", "higher", "reference", "ssim against the reference model's picture."),
    Measure("psnr_agreement", "dB", "higher", "reference", "psnr against the reference model's picture."),
)


def guess(model: ModelFacts, labels: Sequence[str] | None) -> Guess | None:  # noqa: ARG001
    """A picture goes in, alone or with its upscaling, and a larger one comes out."""
    return guessing.guess(model)


def misfit(model: ModelFacts, recipe: Recipe) -> tuple[str, str] | None:
    """An output that is no larger picture."""
    return guessing.misfit(model, recipe)
