"""Settings of an instance segmentation's recipe, and what its metrics are. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.tasks.finding import AGREEMENT, READING, SURENESS, coco_measures
from workbench.tasks.guess import Guess
from workbench.tasks.instance_segmentation import guessing
from workbench.tasks.measure import Measure
from workbench.tasks.model_facts import ModelFacts
from workbench.tasks.option import Choice, Option
from workbench.tasks.recipe import Recipe
from workbench.tasks.usual import YOLO, Usual

HEADS: tuple[Choice, ...] = (
    Choice(
        "yolo_seg",
        "YOLOv8, v9 and v11: [1, 4 + classes + prototypes, boxes] and prototypes [1, k, height, width].",
        YOLO,
    ),
    Choice(
        "yolo_v5_seg",
        "YOLOv5 and v7: [1, boxes, 5 + classes + prototypes] and prototypes [1, k, height, width].",
        YOLO,
    ),
    Choice(
        "mask_rcnn",
        "Mask R-CNN: boxes, labels, scores, and a mask for each over its box or over the whole input; "
        "or a table [n, 7] with masks [n, classes, height, width].",
    ),
    Choice(
        "yolact",
        "YOLACT: boxes [1, n, 4] from 0 to 1, scores [1, n, classes], coefficients [1, n, k], prototypes "
        "[1, height, width, k].",
        Usual(mean=(123.68, 116.78, 103.94), scale=(58.4, 57.12, 57.38)),
    ),
)
RESIZE = "stretch"  # the whole picture is looked at
MODEL_API: str | None = "MaskRCNN"
OPTIONS: tuple[Option, ...] = (
    *SURENESS,
    Option("mask_threshold", "How likely a pixel must be the thing's.", default=0.5, low=0, high=1),
    *READING,
)
METRICS: tuple[Measure, ...] = (*coco_measures("masks"), AGREEMENT)


def guess(model: ModelFacts, labels: Sequence[str] | None) -> Guess | None:
    """Masks lie beside boxes."""
    return guessing.guess(model, labels)


def misfit(model: ModelFacts, recipe: Recipe) -> tuple[str, str] | None:
    """Outputs that the recipe's head can't read."""
    return guessing.misfit(model, recipe, {head.name: head.words for head in HEADS})
