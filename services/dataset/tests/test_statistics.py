"""Statistics say what NumPy says of the same images and annotations, and become a picture."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from workbench.dataset import ingest
from workbench.dataset.chart import chart

BOXES = [(0, [2, 2, 20, 20]), (0, [0, 0, 60, 40]), (2, [1, 1, 110, 100])]


@pytest.fixture(scope="module")
def boxes(image: Callable) -> dict[str, bytes]:
    """Two images of other sizes, one with three boxes of two of the three classes."""
    known = {
        "images": [{"id": 1, "file_name": "a.png"}, {"id": 2, "file_name": "b.png"}],
        "categories": [{"id": n, "name": name} for n, name in enumerate(["cat", "<b>&dog", "cow"])],
        "annotations": [
            {"id": n, "image_id": 1, "category_id": label, "bbox": box} for n, (label, box) in enumerate(BOXES)
        ],
    }
    return {
        "a.png": image(1, kind="PNG", size=(120, 110)),
        "b.png": image(2, kind="PNG", size=(50, 100)),
        "instances.json": json.dumps(known).encode(),
    }


def statistics(new_run: Callable, files: dict[str, bytes]) -> dict[str, Any]:
    run = new_run(files)
    ingest.run(run)
    found: dict[str, Any] = json.loads((run.outputs / "statistics.json").read_text())
    return found


def test_sizes_and_colour_are_those_of_the_images(new_run: Callable, boxes: dict[str, bytes]) -> None:
    found = statistics(new_run, boxes)

    pixels = [np.asarray(Image.open(io.BytesIO(boxes[name])), float).reshape(-1, 3) for name in ("a.png", "b.png")]
    mean = np.mean([each.mean(axis=0) for each in pixels], axis=0)
    square = np.mean([(each**2).mean(axis=0) for each in pixels], axis=0)
    assert found["colour"]["mean"] == pytest.approx(mean, abs=1e-3)
    assert found["colour"]["std"] == pytest.approx(np.sqrt(square - mean**2), abs=1e-3)
    assert (found["images"], sum(found["parts"].values())) == (2, 2)
    assert [found["width"][name] for name in ("min", "median", "mean", "max")] == [50, 85, 85, 120]
    assert found["aspect"]["min"] == 0.5
    assert sum(found["height"]["counts"]) == 2
    assert len(found["height"]["edges"]) == len(found["height"]["counts"]) + 1


def test_classes_and_things_are_counted_with_those_that_nothing_is_of(
    new_run: Callable, boxes: dict[str, bytes]
) -> None:
    found = statistics(new_run, boxes)["tasks"]["object-detection"]

    assert found["images"] == 2
    assert found["classes"] == [
        {"id": 0, "name": "cat", "images": 1, "things": 2, "area_px": 2800},
        {"id": 1, "name": "<b>&dog", "images": 0, "things": 0, "area_px": 0},
        {"id": 2, "name": "cow", "images": 1, "things": 1, "area_px": 11000},
    ]
    assert found["things_per_image"]["mean"] == 1.5
    assert found["area_share"]["max"] == pytest.approx(11000 / 120 / 110, rel=1e-5)
    assert found["sizes"] == {"small": 1, "medium": 1, "large": 1}


def test_labels_have_no_area(new_run: Callable, image: Callable) -> None:
    found = statistics(new_run, {f"{name}/{n}.jpg": image(n) for n, name in enumerate(["a", "b", "b"])})

    known = found["tasks"]["classification"]
    assert [each["things"] for each in known["classes"]] == [1, 2]
    assert (known["things_per_image"], known["area_share"], known["sizes"]) == (None, None, None)


def test_the_picture_is_well_formed_and_a_strangers_name_is_text(new_run: Callable, boxes: dict[str, bytes]) -> None:
    drawn = ElementTree.fromstring(chart(statistics(new_run, boxes), 'a "set"\x1b <script>'))

    texts = ["".join(each.itertext()) for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[0] == 'a "set"\N{REPLACEMENT CHARACTER} <script>'
    assert "<b>&dog" in texts
    assert "2 in 1 images" in texts
    assert {each.tag.rpartition("}")[2] for each in drawn.iter()} == {"svg", "text", "rect"}


def test_a_dataset_without_annotations_has_a_picture_too(new_run: Callable, image: Callable) -> None:
    assert ElementTree.fromstring(chart(statistics(new_run, {"a.jpg": image()}), "a")) is not None
