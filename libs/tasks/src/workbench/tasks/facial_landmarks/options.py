"""Settings of a landmark model's recipe, and what its metrics are. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.tasks.facial_landmarks import guessing
from workbench.tasks.guess import Guess
from workbench.tasks.measure import Measure
from workbench.tasks.model_facts import ModelFacts
from workbench.tasks.option import Choice, Option
from workbench.tasks.recipe import Recipe

HEADS: tuple[Choice, ...] = (
    Choice("points", "Coordinates, two or three numbers a point, in an output of any shape."),
    Choice("heatmaps", "[1, points, height, width]: a map a point, the highest place is where it is."),
)
RESIZE = "stretch"  # the picture is a face already
MODEL_API: str | None = None  # its keypoint_detection is of bodies
OPTIONS: tuple[Option, ...] = (
    Option(
        "order",
        "How the numbers of the head points follow each other: x y of each point, x y z of each point, or "
        "all x and then all y.",
        default="xy",
        choices=("xy", "xyz", "planar"),
        suspect=True,
    ),
    Option(
        "units",
        "What the numbers of the head points are: normalised, from 0 to 1 across the input; centred, from "
        "-1 to 1; pixels of the input.",
        default="normalised",
        choices=("normalised", "centred", "pixels"),
        suspect=True,
    ),
    Option(
        "normalise_by",
        "What a distance is divided by: eyes, between the outer corners of the eyes (their centres "
        "in sets of five points); centres, between the centres of the eyes; diagonal or box, of the box around the "
        "annotated points (box: the root of its area).",
        default="eyes",
        choices=("eyes", "centres", "diagonal", "box"),
    ),
    Option("failure_from", "Above what normalised mean error a face counts as failed.", default=0.1, low=0, high=10),
)
METRICS: tuple[Measure, ...] = (
    Measure(
        "nme",
        "ratio",
        "lower",
        "annotation",
        "Normalised mean error: the mean distance of a face's points from "
        "where they are, divided by its size; then the mean over faces. Of sets with different points the five "
        "that both have are compared.",
    ),
    Measure("failure_rate", "share", "lower", "annotation", "Faces whose normalised mean error is above failure_from."),
    Measure(
        "nme_agreement",
        "ratio",
        "lower",
        "reference",
        "The normalised mean error against the reference model's points.",
    ),
)


def guess(model: ModelFacts, labels: Sequence[str] | None) -> Guess | None:
    """Well-known sets of points have well-known numbers of coordinates."""
    return guessing.guess(model, labels)


def misfit(model: ModelFacts, recipe: Recipe) -> tuple[str, str] | None:
    """Outputs that the recipe's head can't read."""
    return guessing.misfit(model, recipe)
