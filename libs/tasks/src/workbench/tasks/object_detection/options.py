"""Settings of a detector's recipe, and what its metrics are. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.tasks.guess import Guess
from workbench.tasks.measure import Measure
from workbench.tasks.model_facts import ModelFacts
from workbench.tasks.object_detection import guessing
from workbench.tasks.object_detection.anchors import CHOICES
from workbench.tasks.option import Choice, Option
from workbench.tasks.recipe import Recipe

HEADS: tuple[Choice, ...] = (
    Choice("yolo_v8", "YOLOv8, v9 and v11: [1, 4 + classes, boxes]; centre and sides in pixels."),
    Choice("yolo_v5", "YOLOv5, v6 and v7: [1, boxes, 5 + classes]; centre and sides in pixels, then how sure it is a "
           "thing at all."),
    Choice("end_to_end", "[1, boxes, 6]: corners in pixels, score, class; the suppression is in the model."),
    Choice("yolox", "YOLOX: [1, cells, 5 + classes], centre and sides in cells yet."),
    Choice("nanodet", "NanoDet and PicoDet: the classes' scores and a distribution of each side's distance for each "
           "cell, in one table or in two for each stride."),
    Choice("detection_output", "SSD's DetectionOutput: [1, 1, boxes, 7], image, class, score, corners from 0 to 1."),
    Choice("boxes_scores", "[1, boxes, 4] and [1, boxes, classes]: corners from 0 to 1, and the classes' scores."),
    Choice("yolo_v3", "YOLOv3, v4 and their tiny ones: two or three maps [1, 3 * (5 + classes), rows, columns], raw or "
           "as RegionYolo leaves them."),
    Choice("yolo_v2", "YOLOv2 and its tiny one: one map [1, 5 * (5 + classes), rows, columns], or that in one "
           "line."),
    Choice("fastest_det", "FastestDet: one map [1, 5 + classes, rows, columns]."),
    Choice("priors", "SSD and RetinaFace, raw: offsets from prior boxes [1, n, 4] and scores [1, n, classes]; the "
           "prior boxes are an output [1, 2, 4 * n], or RetinaFace's."),
    Choice("boxes_labels_scores", "Faster R-CNN and TensorFlow's Object Detection: boxes [n, 4], labels [n], scores "
           "[n]."),
    Choice("detr", "DETR and RT-DETR: [1, queries, classes] and [1, queries, 4], centre and sides from 0 to 1."),
)  # fmt: skip
RESIZE = "stretch"  # the whole picture is looked at
MODEL_API: str | None = None  # its names are those of single heads
OPTIONS: tuple[Option, ...] = (
    Option("threshold", "The least score of a box that counts.", default=0.02, low=0, high=1),
    Option("nms", "From what overlap on two boxes of one class are the same thing; 1 keeps all.", default=0.5, low=0,
           high=1),
    Option("max_detections", "The surest boxes of an image that count.", default=100, low=1, high=1000),
    Option("shown_from", "The least score of a box that is drawn, told to people, or counts in an agreement.",
           default=0.3, low=0, high=1),
    Option("label_offset", "The model's class minus this is the dataset's: how many of its first classes, such as "
           "background, stand before class 0.", default=0, low=-1, high=254),
    Option("numbering", "plain: the model's classes follow each other as the dataset's do; coco_ids: they are COCO's "
           "category ids, 1 to 90, of which ten are missing.", default="plain", choices=("plain", "coco_ids")),
    Option("box_order", "What the four numbers of a box are; usual: as the head says.", default="usual",
           choices=("usual", "xyxy", "yxyx", "cxcywh", "xywh")),
    Option("box_units", "Whether boxes are in pixels of the input, or from 0 to 1; usual: as the head says.",
           default="usual", choices=("usual", "pixels", "normalised")),
    Option("class_scores", "What is to be computed of the classes' scores yet; usual: as the head says.",
           default="usual", choices=("usual", "none", "sigmoid", "softmax")),
    Option("cell_centre", "With nanodet, where in its cell the point lies that distances are from: 0 is its corner.",
           default=0.5, low=0, high=1),
    Option("anchors", "With yolo_v2 and yolo_v3, the published sides that boxes are multiples of; usual: yolo_v2, and "
           "by the number of maps yolo_v3 or yolo_v3_tiny.", default="usual", choices=CHOICES),
    Option("activated", "With yolo_v2 and yolo_v3, whether the model computes the sigmoids itself, as RegionYolo does.",
           default=False),
    Option("overlap", "With voc_map and voc_map_11, more than which overlap makes a box right.", default=0.5, low=0,
           high=1),
)  # fmt: skip
METRICS: tuple[Measure, ...] = (
    Measure("ap", "share", "higher", "annotation", "COCO's average precision: the mean over overlaps from 0.50 to 0.95 "
            "and over the classes that are there."),
    Measure("ap50", "share", "higher", "annotation", "The same at an overlap of 0.50."),
    Measure("ap75", "share", "higher", "annotation", "The same at an overlap of 0.75."),
    Measure("ap_small", "share", "higher", "annotation", "ap of things below 32×32 pixels."),
    Measure("ap_medium", "share", "higher", "annotation", "ap of things from 32×32 to 96×96 pixels."),
    Measure("ap_large", "share", "higher", "annotation", "ap of things above 96×96 pixels."),
    Measure("voc_map", "share", "higher", "annotation", "Pascal VOC's mean average precision: the whole area below "
            "precision over recall."),
    Measure("voc_map_11", "share", "higher", "annotation", "As VOC 2007 has it: the mean of the precision at eleven "
            "recalls."),
    Measure("ap_agreement", "share", "higher", "reference", "ap against what the reference model would be shown to "
            "find."),
)  # fmt: skip


def guess(model: ModelFacts, labels: Sequence[str] | None) -> Guess | None:
    """Detectors have outputs of a few shapes that little else has."""
    return guessing.guess(model, labels)


def misfit(model: ModelFacts, recipe: Recipe) -> tuple[str, str] | None:
    """Outputs that the recipe's head can't read."""
    return guessing.misfit(model, recipe, {head.name: head.words for head in HEADS})
