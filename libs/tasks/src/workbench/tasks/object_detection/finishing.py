"""From candidates in the model's input to boxes in the original image."""

from __future__ import annotations

from workbench.imaging.preprocess import Fitted
from workbench.tasks.boxes.candidates import Candidates, best
from workbench.tasks.boxes.corners import to_original
from workbench.tasks.object_detection.result import Boxes
from workbench.tasks.recipe import Recipe


def finished(candidates: Candidates, recipe: Recipe, fitted: Fitted) -> Boxes:
    """The surest of them in the original image's pixels, as the dataset numbers classes."""
    boxes, scores, classes = best(candidates, recipe)
    placed = to_original(boxes, fitted)
    there = (placed[:, 2] > placed[:, 0]) & (placed[:, 3] > placed[:, 1])
    rows = zip(classes[there].tolist(), scores[there].tolist(), placed[there].tolist(), strict=True)
    return Boxes.of((label, score, *box) for label, score, box in rows)
