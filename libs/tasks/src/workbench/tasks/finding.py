"""Settings and metrics that tasks which find things have in common. Standard library only."""

from __future__ import annotations

from workbench.tasks.measure import Measure
from workbench.tasks.option import Option

SURENESS: tuple[Option, ...] = (
    Option("threshold", "The least score of a thing that counts.", default=0.02, low=0, high=1),
    Option(
        "nms",
        "From what overlap on two boxes of one class are the same thing; 1 keeps all.",
        default=0.5,
        low=0,
        high=1,
    ),
    Option("max_detections", "The surest things of an image that count.", default=100, low=1, high=1000),
    Option(
        "shown_from",
        "The least score of a thing that is drawn, told to people, or counts in an agreement.",
        default=0.3,
        low=0,
        high=1,
    ),
)
READING: tuple[Option, ...] = (
    Option(
        "label_offset",
        "The model's class minus this is the dataset's: how many of its first classes, such as "
        "background, stand before class 0.",
        default=0,
        low=-1,
        high=254,
        suspect=True,
    ),
    Option(
        "numbering",
        "plain: the model's classes follow each other as the dataset's do; coco_ids: they are COCO's "
        "category ids, 1 to 90, of which ten are missing.",
        default="plain",
        choices=("plain", "coco_ids"),
        suspect=True,
    ),
    Option(
        "box_order",
        "What the four numbers of a box are; usual: as the head says.",
        default="usual",
        choices=("usual", "xyxy", "yxyx", "cxcywh", "xywh"),
        suspect=True,
    ),
    Option(
        "box_units",
        "Whether boxes are in pixels of the input, or from 0 to 1; usual: as the head says.",
        default="usual",
        choices=("usual", "pixels", "normalised"),
        suspect=True,
    ),
    Option(
        "class_scores",
        "What is to be computed of the classes' scores yet; usual: as the head says.",
        default="usual",
        choices=("usual", "none", "sigmoid", "softmax"),
        suspect=True,
    ),
)
AGREEMENT = Measure(
    "ap_agreement", "share", "higher", "reference", "ap against what the reference model would be shown to find."
)


def coco_measures(of: str) -> tuple[Measure, ...]:
    """``of``: what covers what, such as boxes."""
    words = {
        "ap": f"COCO's average precision of {of}: the mean over overlaps from 0.50 to 0.95 and over the classes that "
        "are there.",
        "ap50": "The same at an overlap of 0.50.",
        "ap75": "The same at an overlap of 0.75.",
        "ap_small": "ap of things below 32×32 pixels.",
        "ap_medium": "ap of things from 32×32 to 96×96 pixels.",
        "ap_large": "ap of things above 96×96 pixels.",
    }
    return tuple(Measure(name, "share", "higher", "annotation", each) for name, each in words.items())
