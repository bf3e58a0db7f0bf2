"""Settings of an inpainting model's recipe. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.tasks.guess import Guess
from workbench.tasks.inpainting import guessing
from workbench.tasks.measure import Measure
from workbench.tasks.model_facts import ModelFacts
from workbench.tasks.option import Choice, Option
from workbench.tasks.recipe import Recipe
from workbench.tasks.redrawn.options import LEVELS, SSIM_WORDS

HEADS: tuple[Choice, ...] = (
    Choice(
        "picture",
        "The whole picture, [1, 3, height, width] or [1, height, width, 3], its colours in the order of "
        "the input's, one channel where the input is GRAY; what is not missing is kept as it was.",
    ),
)
RESIZE = "keep"  # a picture of its own size comes out; stretched where a model fixes it
MODEL_API: str | None = None  # what OpenVINO's Model API calls such a model; it has no word for this one
OPTIONS: tuple[Option, ...] = (
    LEVELS,
    Option(
        "hole",
        "What is cut out of each picture that brings no mask of its own: a rectangle, or free-form, some "
        "strokes of a brush.",
        default="free-form",
        choices=("free-form", "rectangle"),
    ),
    Option(
        "hole_seed", "Which holes: the same picture and seed always have the same.", default=0, low=0, high=2**31 - 1
    ),
    Option("hole_width", "Of a rectangle, as a part of the picture's.", default=0.3, low=0.01, high=0.9),
    Option("hole_height", "Of a rectangle, as a part of the picture's.", default=0.3, low=0.01, high=0.9),
    Option("strokes", "How many of a brush.", default=4, low=1, high=64),
    Option("vertices", "How often a stroke changes its direction.", default=4, low=1, high=64),
    Option(
        "stroke_length",
        "The most between two vertices, as a part of the picture's shorter side.",
        default=0.25,
        low=0.01,
        high=1,
    ),
    Option(
        "brush", "The width of a stroke, as a part of the picture's shorter side.", default=0.08, low=0.005, high=0.5
    ),
    Option(
        "filled_with",
        "What the model sees of the picture where it is missing.",
        default="black",
        choices=("black", "white", "gray"),
    ),
    Option(
        "mask_value",
        "What the mask has where the picture is missing; elsewhere it has 0, or 1 if this is 0.",
        default="1",
        choices=("1", "0", "255"),
    ),
)
# SSIM first: variants are compared by points of a hundred, which decibels are not.
METRICS: tuple[Measure, ...] = (
    Measure(
        "ssim",
        "share",
        "higher",
        "image",
        "Structural similarity of the picture made whole with what it was "
        f"({SSIM_WORDS}, each channel of RGB by itself), both as large as the model's input. Told beside that of "
        "holes filled with the mean colour.",
    ),
    Measure(
        "psnr",
        "dB",
        "higher",
        "image",
        "Peak signal-to-noise ratio of the same, of RGB; the mean over the images, 100 where both are equal.",
    ),
    Measure("psnr_hole", "dB", "higher", "image", "psnr of the missing pixels alone."),
    Measure("ssim_agreement", "share", "higher", "reference", "ssim against the reference model's picture."),
    Measure("psnr_agreement", "dB", "higher", "reference", "psnr_hole against the reference model's picture."),
)


def guess(model: ModelFacts, labels: Sequence[str] | None) -> Guess | None:  # noqa: ARG001
    """A picture and a mask go in, and a picture comes out."""
    return guessing.guess(model)


def misfit(model: ModelFacts, recipe: Recipe) -> tuple[str, str] | None:
    """An output that is no picture of the input's size."""
    return guessing.misfit(model, recipe)
