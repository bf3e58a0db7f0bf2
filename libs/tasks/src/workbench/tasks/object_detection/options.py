"""Settings of a detector's recipe, and what its metrics are. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.tasks.finding import AGREEMENT, READING, SURENESS, coco_measures
from workbench.tasks.guess import Guess
from workbench.tasks.measure import Measure
from workbench.tasks.model_facts import ModelFacts
from workbench.tasks.object_detection import guessing
from workbench.tasks.object_detection.anchors import CHOICES
from workbench.tasks.option import Choice, Option
from workbench.tasks.recipe import Recipe
from workbench.tasks.usual import IMAGENET, YOLO, ZERO_TO_ONE, Usual

ULTRAFACE = Usual(mean=(127.0, 127.0, 127.0), scale=(128.0, 128.0, 128.0))
HEADS: tuple[Choice, ...] = (
    Choice("yolo_v8", "YOLOv8, v9 and v11: [1, 4 + classes, boxes]; centre and sides in pixels.", YOLO),
    Choice(
        "yolo_v5",
        "YOLOv5, v6 and v7: [1, boxes, 5 + classes]; centre and sides in pixels, then how sure it is a thing at all.",
        YOLO,
    ),
    Choice("end_to_end", "[1, boxes, 6]: corners in pixels, score, class; the suppression is in the model.", YOLO),
    Choice(
        "yolox",
        "YOLOX: [1, cells, 5 + classes], centre and sides in cells yet.",
        Usual(color="BGR", resize="letterbox"),
    ),
    Choice(
        "nanodet",
        "NanoDet and PicoDet: the classes' scores and a distribution of each side's distance for each "
        "cell, in one table or in two for each stride.",
        Usual(mean=IMAGENET[0], scale=IMAGENET[1]),
    ),
    Choice("detection_output", "SSD's DetectionOutput: [1, 1, boxes, 7], image, class, score, corners from 0 to 1."),
    Choice(
        "boxes_scores",
        "[1, boxes, 4] and [1, boxes, classes]: corners from 0 to 1, and the classes' scores.",
        ULTRAFACE,
    ),
    Choice(
        "yolo_v3",
        "YOLOv3, v4 and their tiny ones: two or three maps [1, 3 * (5 + classes), rows, columns], raw or "
        "as RegionYolo leaves them.",
    ),
    Choice("yolo_v2", "YOLOv2 and its tiny one: one map [1, 5 * (5 + classes), rows, columns], or that in one line."),
    Choice(
        "fastest_det", "FastestDet: one map [1, 5 + classes, rows, columns].", Usual(color="BGR", scale=ZERO_TO_ONE)
    ),
    Choice(
        "priors",
        "SSD and RetinaFace, raw: offsets from prior boxes [1, n, 4] and scores [1, n, classes]; the "
        "prior boxes are an output [1, 2, 4 * n], or RetinaFace's.",
    ),
    Choice(
        "boxes_labels_scores", "Faster R-CNN and TensorFlow's Object Detection: boxes [n, 4], labels [n], scores [n]."
    ),
    Choice("detr", "DETR and RT-DETR: [1, queries, classes] and [1, queries, 4], centre and sides from 0 to 1."),
)
RESIZE = "stretch"  # the whole picture is looked at
MODEL_API: str | None = None  # its names are those of single heads
OPTIONS: tuple[Option, ...] = (
    *SURENESS,
    *READING,
    Option(
        "cell_centre",
        "With nanodet, where in its cell the point lies that distances are from: 0 is its corner.",
        default=0.5,
        low=0,
        high=1,
    ),
    Option(
        "anchors",
        "With yolo_v2 and yolo_v3, the published sides that boxes are multiples of; usual: yolo_v2, and "
        "by the number of maps yolo_v3 or yolo_v3_tiny.",
        default="usual",
        choices=CHOICES,
    ),
    Option(
        "activated",
        "With yolo_v2 and yolo_v3, whether the model computes the sigmoids itself, as RegionYolo does.",
        default=False,
        suspect=True,
    ),
    Option(
        "overlap", "With voc_map and voc_map_11, more than which overlap makes a box right.", default=0.5, low=0, high=1
    ),
)
METRICS: tuple[Measure, ...] = (
    *coco_measures("boxes"),
    Measure(
        "voc_map",
        "share",
        "higher",
        "annotation",
        "Pascal VOC's mean average precision: the whole area below precision over recall.",
    ),
    Measure(
        "voc_map_11",
        "share",
        "higher",
        "annotation",
        "As VOC 2007 has it: the mean of the precision at eleven recalls.",
    ),
    AGREEMENT,
)


def guess(model: ModelFacts, labels: Sequence[str] | None) -> Guess | None:
    """Detectors have outputs of a few shapes that little else has."""
    return guessing.guess(model, labels)


def misfit(model: ModelFacts, recipe: Recipe) -> tuple[str, str] | None:
    """Outputs that the recipe's head can't read."""
    return guessing.misfit(model, recipe, {head.name: head.words for head in HEADS})
