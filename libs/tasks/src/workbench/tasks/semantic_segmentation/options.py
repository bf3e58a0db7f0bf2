"""Settings of a segmentation model's recipe, and what its metrics are. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.tasks.guess import Guess
from workbench.tasks.measure import Measure
from workbench.tasks.model_facts import ModelFacts
from workbench.tasks.option import Choice, Option
from workbench.tasks.recipe import Recipe
from workbench.tasks.semantic_segmentation import guessing

HEADS: tuple[Choice, ...] = (
    Choice(
        "logits",
        "A number for each class and pixel, [1, classes, height, width] or [1, height, width, classes]; "
        "the highest is the answer.",
    ),
    Choice(
        "class_map",
        "The class of each pixel, [1, height, width], with a one for channels or without: the ArgMax is in the model.",
    ),
    Choice(
        "one_channel",
        "One number a pixel, [1, 1, height, width] or [1, height, width, 1]: how sure the model is "
        "of class 1 against class 0.",
    ),
)
RESIZE = "stretch"  # the whole picture is segmented
MODEL_API: str | None = "Segmentation"
OPTIONS: tuple[Option, ...] = (
    Option("layout", "Where the classes of the output lie.", default="NCHW", choices=("NCHW", "NHWC"), suspect=True),
    Option(
        "label_offset",
        "The model's class minus this is the dataset's: how many of its first classes stand before class 0.",
        default=0,
        low=0,
        high=254,
        suspect=True,
    ),
    Option(
        "ignore_label",
        "Pixels of this class in an annotation are not scored, as those of 255 never are.",
        default=255,
        low=0,
        high=255,
    ),
    Option("threshold", "With one_channel, from which number on a pixel is of class 1.", default=0.5, low=0, high=1),
    Option(
        "sigmoid",
        "With one_channel, whether the model leaves the sigmoid out, so that it is computed here.",
        default=False,
        suspect=True,
    ),
)
METRICS: tuple[Measure, ...] = (
    Measure(
        "mean_iou",
        "share",
        "higher",
        "annotation",
        "Intersection over union of each class over all pixels of all "
        "images, then the mean over the classes that are there. Told beside that of the most frequent class "
        "everywhere.",
    ),
    Measure("pixel_accuracy", "share", "higher", "annotation", "Pixels whose class is right."),
    Measure(
        "mean_iou_agreement",
        "share",
        "higher",
        "reference",
        "The mean intersection over union with what the reference model says.",
    ),
)


def guess(model: ModelFacts, labels: Sequence[str] | None) -> Guess | None:
    """A segmentation model has an output as large as a picture."""
    return guessing.guess(model, labels)


def misfit(model: ModelFacts, recipe: Recipe) -> tuple[str, str] | None:
    """An output that the recipe's head can't read, with what each head wants; and labels beyond the classes."""
    return guessing.misfit(model, recipe, {head.name: head.words for head in HEADS})
