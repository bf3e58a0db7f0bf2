"""A model as it is looked at to tell which detector it is: shapes, names, cells. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.tasks.boxes.strides import strides_of
from workbench.tasks.model_facts import ModelFacts, fixed

# How models of each head are called, by themselves or by their files.
_FAMILIES: Mapping[str, tuple[str, ...]] = {
    "yolo_v8": ("yolov8", "yolo8", "yolov9", "yolov11", "yolo11", "yolo_v8", "yolo_v11"),
    "yolo_v5": ("yolov5", "yolo5", "yolov6", "yolov7", "yolo_v5"),
    "end_to_end": ("yolov10", "yolo26"),
    "yolox": ("yolox",),
    "nanodet": ("nanodet", "picodet"),
    "detection_output": ("ssd",),
    "boxes_scores": ("ultraface", "rfb", "slim"),
    "yolo_v3": ("yolov3", "yolov4", "yolo_v3", "yolo_v4", "yolo-v3", "yolo-v4"),
    "yolo_v2": ("yolov2", "yolo_v2", "yolo-v2"),
    "fastest_det": ("fastestdet", "fastest_det"),
    "priors": ("retinaface", "mobilenet0.25"),
    "boxes_labels_scores": ("rcnn", "r-cnn", "atss", "fcos"),
    "detr": ("detr",),
}
Shape = list[Any]


@dataclass(frozen=True)
class Seen:
    """A model as it is looked at. ``shapes``: of the outputs without the batch; ``picture``: height and width."""

    model: ModelFacts
    shapes: list[Shape]
    picture: tuple[int, int] | None
    labels: Sequence[str] | None

    def cells(self, rows: object, each: int = 1) -> bool:
        """Whether so many rows are ``each`` boxes for every cell of the usual maps."""
        if self.picture is None or not fixed(rows) or not isinstance(rows, int):
            return False
        return strides_of(self.picture[1], self.picture[0], rows, each) is not None

    def named(self, head: str) -> str | None:
        """The word of this head's family that the model's names have."""
        info = self.model.facts
        names = " ".join(
            [
                str(info.get("name") or ""),
                self.model.told("model_name", "model_type"),
                *map(str, info.get("source_files") or ()),
            ]
        ).lower()
        return next((word for word in _FAMILIES[head] if word in names), None)


Found = tuple[str, dict[str, Any], str, str]  # head, options, why, how sure
