"""Masks that go into a model beside their pictures, where the annotations of the dataset are such."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image
from workbench.calibrator import feed
from workbench.shards import Item
from workbench.tasks.computing import computing_of
from workbench.tasks.recipe import Recipe


def mask_of(recipe: Recipe, annotation: Any) -> Image.Image | None:
    """What of an annotation goes in; None where nothing does, and where nothing is known."""
    task = computing_of(recipe.task)
    return None if annotation is None or task is None or task.mask is None else task.mask(annotation)


def of_items(folder: Path, recipe: Recipe, items: Sequence[Item]) -> Mapping[str, Any]:
    """Those of these items that go into the model; nothing where the task has no such."""
    task = computing_of(recipe.task)
    return {} if task is None or task.mask is None else feed.read_annotations(folder, recipe, task.annotation, items)
