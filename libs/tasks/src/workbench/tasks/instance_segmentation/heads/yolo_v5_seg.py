"""YOLOv5-seg and v7-seg as exported: [1, n, 5 + classes + coefficients], and prototypes [1, k, h, w]."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from workbench.imaging.preprocess import Fitted
from workbench.tasks.boxes.candidates import activated, of_table, placed, shapes, tables
from workbench.tasks.instance_segmentation.heads.prototypes import finished_by, prototypes
from workbench.tasks.instance_segmentation.result import Segments
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

NAME = "yolo_v5_seg"


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Segments:
    """Raises ValueError for outputs of other shapes."""
    rows, count = _rows(outputs)
    planes = prototypes(outputs)
    scores = activated(rows[:, 5 : 5 + count], recipe, "none") * rows[:, 4:5]
    candidates = of_table(placed(rows[:, :4], recipe, "cxcywh", "pixels"), scores, recipe)
    return finished_by(candidates, rows[:, 5 + count :], planes, recipe, fitted)


def classes(outputs: Outputs, recipe: Recipe) -> int:  # noqa: ARG001  # the outputs say it alone
    """As many as there are scores for a box."""
    return _rows(outputs)[1]


def _rows(outputs: Outputs) -> tuple[NDArray[Any], int]:
    """(n, 5 + classes + coefficients), and how many classes."""
    count = len(prototypes(outputs))
    for table in tables(outputs).values():
        if table.shape[1] - 5 - count >= 1:
            return table, table.shape[1] - 5 - count
    raise ValueError(
        f"its outputs have the shapes {shapes(outputs)}; the head {NAME} needs [1, boxes, 5 + classes + "
        f"{count}] beside the prototypes"
    )
