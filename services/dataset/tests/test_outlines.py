"""Masks of COCO come out as pycocotools has them, polygons, numbers and text alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pycocotools import mask as coco
from workbench.dataset.drawing import drawn
from workbench.dataset.reading.outlines import Outlines
from workbench.dataset.reading.shelf import Shelf
from workbench.tasks.instance_segmentation import annotation as masks

WIDTH, HEIGHT = 90, 70
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")  # of pycocotools itself


def kept(segmentation: Any) -> NDArray[np.bool_]:
    """What is kept of it, on a picture of that size."""
    outlines = Outlines((WIDTH, HEIGHT), Shelf())
    outlines.add(0, segmentation, None, crowd=False)
    [thing] = masks.from_json(drawn(outlines, WIDTH, HEIGHT)).things
    found = np.zeros((HEIGHT, WIDTH), bool)
    (width, height), left, top = thing.mask.size, thing.mask.left, thing.mask.top
    found[top : top + height, left : left + width] = thing.mask.pixels
    return found


@pytest.mark.parametrize("seed", range(5))
def test_polygons_cover_the_pixels_that_pycocotools_covers(seed: int) -> None:
    random = np.random.default_rng(seed)
    polygons = [(random.uniform(0, 1, (random.integers(3, 9), 2)) * [WIDTH, HEIGHT]).ravel().tolist() for _ in range(2)]

    wanted = coco.decode(coco.merge(coco.frPyObjects(polygons, HEIGHT, WIDTH)))

    assert (kept(polygons) == (wanted > 0)).all()


@pytest.mark.parametrize("seed", range(5))
def test_run_lengths_as_numbers_and_as_text_are_the_same_mask(seed: int) -> None:
    wanted = np.random.default_rng(seed).random((HEIGHT, WIDTH)) < 0.3
    wanted[5:40, 20:70] = True
    text = coco.encode(np.asfortranarray(wanted.astype(np.uint8)))["counts"].decode()
    flat = wanted.T.ravel()
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flat]).astype(int)))
    counts = np.diff([0, *edges.tolist(), len(flat)]).tolist()

    assert (kept({"size": [HEIGHT, WIDTH], "counts": text}) == wanted).all()
    assert (kept({"size": [HEIGHT, WIDTH], "counts": counts}) == wanted).all()


def test_the_drawn_shapes_serve_both_tasks(datasets: Path, read_folder: Callable, ingested: Callable) -> None:
    facts, items = ingested(read_folder(datasets / "shapes_instances"))

    assert set(facts["tasks"]) == {"object-detection", "instance-segmentation"}
    assert facts["classes"]["instance-segmentation"] == ["circle", "star", "triangle"]
    assert len(items) == 60
