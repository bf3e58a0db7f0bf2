"""YOLOv8, v9 and v11 as exported: centre, sides and the classes' scores in the rows of one table, [1, 4 + classes, n].

Of a model that also segments, the coefficients behind the classes are left out.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from workbench.imaging.preprocess import Fitted
from workbench.tasks.boxes.candidates import Candidates, activated, of_table, placed, table
from workbench.tasks.object_detection.finishing import finished
from workbench.tasks.object_detection.result import Boxes
from workbench.tasks.outputs import chosen
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

NAME = "yolo_v8"
_WANTED = "[1, 4 + classes, boxes]"


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Boxes:
    """Raises ValueError for outputs of other shapes."""
    return finished(candidates(outputs, recipe), recipe, fitted)


def candidates(outputs: Outputs, recipe: Recipe) -> Candidates:
    """In the model's input."""
    rows, count = _rows(outputs, recipe)
    scores = activated(rows[:, 4 : 4 + count], recipe, "none")
    return of_table(placed(rows[:, :4], recipe, "cxcywh", "pixels"), scores, recipe)


def classes(outputs: Outputs, recipe: Recipe) -> int:
    """As many as there are scores for a box."""
    return _rows(outputs, recipe)[1]


def _rows(outputs: Outputs, recipe: Recipe) -> tuple[NDArray[Any], int]:
    """(n, 4 + classes + coefficients), and how many classes."""
    output = chosen(outputs, recipe)
    prototypes = next((each.shape[1] for each in outputs.values() if each.ndim == 4), 0)
    rows = table(output, 1, _WANTED).T
    count = rows.shape[1] - 4 - prototypes
    if count < 1:
        raise ValueError(f"its output has the shape {list(output.shape)}; the head {NAME} needs {_WANTED}")
    return rows, count
