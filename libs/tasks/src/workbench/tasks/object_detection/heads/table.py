"""The heads, one line each; the first is the usual one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from workbench.imaging.preprocess import Fitted
from workbench.tasks.boxes.candidates import Candidates
from workbench.tasks.object_detection.heads import (
    boxes_labels_scores,
    boxes_scores,
    detection_output,
    detr,
    end_to_end,
    fastest_det,
    nanodet,
    priors,
    yolo_v2,
    yolo_v3,
    yolo_v5,
    yolo_v8,
    yolox,
)
from workbench.tasks.object_detection.result import Boxes
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe


class Detecting(Protocol):
    """A module of this folder."""

    NAME: str

    def read(self, outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Boxes:
        """Raises ValueError for outputs it can't read."""
        ...

    def candidates(self, outputs: Outputs, recipe: Recipe) -> Candidates:
        """What may be a thing, in the model's input."""
        ...

    @property
    def classes(self) -> Callable[[Outputs, Recipe], int | None]:
        """How many the outputs tell apart; None where they do not say."""
        ...


HEADS: tuple[Detecting, ...] = (
    yolo_v8,
    yolo_v5,
    end_to_end,
    yolox,
    nanodet,
    detection_output,
    boxes_scores,
    yolo_v3,
    yolo_v2,
    fastest_det,
    priors,
    boxes_labels_scores,
    detr,
)
