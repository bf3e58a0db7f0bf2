"""Average precision is what pycocotools and Pascal VOC's own code make of the same boxes."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from workbench.tasks.average_precision import COCO_POINTS, Reading, Table
from workbench.tasks.catalogue import task_of
from workbench.tasks.object_detection.annotation import Thing, Things
from workbench.tasks.object_detection.metrics import METRICS
from workbench.tasks.object_detection.result import Boxes
from workbench.tasks.scoring import Scored

CLASSES = 4
OPTIONS = {name: option.default for name, option in task_of("object-detection").options.items()}
BY_NAME = {metric.name: metric for metric in METRICS}


def scene(seed: int, *, crowds: bool = True) -> Scored[Boxes, Things]:
    """Things of all sizes, some crowds and some difficult; of most a box nearby is found, and some that are nowhere."""
    random = np.random.default_rng(seed)
    things, found = [], []
    for _ in range(random.integers(0, 9)):
        left, top = random.uniform(0, 300, 2)
        width, height = np.exp(random.uniform(2.2, 5.5, 2))
        label = int(random.integers(0, CLASSES - 1))
        crowd = crowds and random.random() < 0.15
        area = float(width * height * random.uniform(0.5, 1))
        box = tuple(round(float(side), 1) for side in (left, top, left + width, top + height))
        things.append(Thing(label, box, area, crowd=bool(crowd), difficult=not crowd and random.random() < 0.1))
        for _ in range(random.integers(0, 4)):
            moved = np.array(box) + random.normal(0, 0.08, 4) * [width, height, width, height]
            guessed = label if random.random() < 0.85 else int(random.integers(0, CLASSES))
            found.append((guessed, round(float(random.random()), 2), *moved.tolist()))
    boxes = Boxes.of(sorted((row for row in found if row[4] > row[2] and row[5] > row[3]), key=lambda row: -row[1]))
    return Scored(f"{seed}.png", "0" * 64, boxes, Things(tuple(things)), options=OPTIONS)


def by_pycocotools(scenes: list[Scored[Boxes, Things]]) -> np.ndarray:
    """Its ``stats``: AP, AP50, AP75, small, medium, large …; difficult things are ``ignore`` there."""
    truths: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    for image, each in enumerate(scenes, 1):
        assert each.annotation is not None
        for thing in each.annotation.things:
            left, top, right, bottom = thing.box
            truths.append(
                {
                    "id": len(truths) + 1,
                    "image_id": image,
                    "category_id": thing.class_id,
                    "area": thing.area,
                    "bbox": [left, top, right - left, bottom - top],
                    "iscrowd": int(thing.crowd),
                    "difficult": thing.difficult,
                }
            )
        found += [
            {
                "image_id": image,
                "category_id": box.class_id,
                "score": box.score,
                "bbox": [box.left, box.top, box.right - box.left, box.bottom - box.top],
            }
            for box in each.result.boxes
        ]
    known = COCO()
    known.dataset = {
        "info": {},
        "images": [{"id": image} for image in range(1, len(scenes) + 1)],
        "annotations": truths,
        "categories": [{"id": label} for label in range(CLASSES)],
    }
    with contextlib.redirect_stdout(io.StringIO()):
        known.createIndex()
        evaluation = COCOeval(known, known.loadRes(found), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return np.asarray(evaluation.stats)


def without_difficult(scored: Scored[Boxes, Things]) -> Scored[Boxes, Things]:
    assert scored.annotation is not None
    kept = tuple(Thing(thing.class_id, thing.box, thing.area, thing.crowd) for thing in scored.annotation.things)
    return Scored(scored.name, scored.sha256, scored.result, Things(kept), options=OPTIONS)


def figure(name: str, scenes: list[Scored[Boxes, Things]]) -> float:
    metric = BY_NAME[name]
    return metric.total([metric.item(each) for each in scenes]).value


@pytest.mark.parametrize("seed", range(3))
def test_it_is_pycocotools_to_nine_digits(seed: int) -> None:
    scenes = [without_difficult(scene(1000 * seed + number)) for number in range(12)]

    expected = by_pycocotools(scenes)[:6]

    names = ("ap", "ap50", "ap75", "ap_small", "ap_medium", "ap_large")
    assert 0.1 < expected[0] < 0.9
    assert [figure(name, scenes) for name in names] == pytest.approx(expected.tolist(), abs=1e-9)


def by_voc(scenes: list[Scored[Boxes, Things]], *, eleven: bool) -> float:
    """The development kit's ``voc_eval``, its inclusive pixels written as edges; the mean over classes."""
    return float(np.mean([_voc_class(scenes, label, eleven=eleven) for label in range(CLASSES - 1)]))


def _voc_class(scenes: list[Scored[Boxes, Things]], label: int, *, eleven: bool) -> float:
    there = [
        [thing for thing in each.annotation.things if thing.class_id == label] if each.annotation else []
        for each in scenes
    ]
    rows = [
        (box.score, image, box[2:])
        for image, each in enumerate(scenes)
        for box in each.result.boxes
        if box.class_id == label
    ]
    rows.sort(key=lambda row: -row[0])
    taken = [[False] * len(things) for things in there]
    hits, misses = np.zeros(len(rows)), np.zeros(len(rows))
    for at, (_, image, box) in enumerate(rows):
        shares = [_overlap(box, thing.box) for thing in there[image]]
        nearest = int(np.argmax(shares)) if shares else -1
        if not shares or shares[nearest] <= 0.5:
            misses[at] = 1
        elif not there[image][nearest].difficult:
            (misses if taken[image][nearest] else hits)[at] = 1
            taken[image][nearest] = True
    counting = sum(not thing.difficult for things in there for thing in things)
    hits, misses = hits.cumsum(), misses.cumsum()
    recall, precision = hits / counting, hits / np.maximum(hits + misses, np.finfo(float).eps)
    if eleven:
        return float(np.mean([precision[recall >= point].max(initial=0) for point in np.linspace(0, 1, 11)]))
    recall, precision = np.array([0, *recall, 1]), np.array([0, *precision, 0])
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    steps = np.flatnonzero(recall[1:] != recall[:-1])
    return float(np.sum((recall[steps + 1] - recall[steps]) * precision[steps + 1]))


def _overlap(mine: Any, other: Any) -> float:
    width = min(mine[2], other[2]) - max(mine[0], other[0])
    height = min(mine[3], other[3]) - max(mine[1], other[1])
    shared = max(width, 0) * max(height, 0)
    return shared / (sum((box[2] - box[0]) * (box[3] - box[1]) for box in (mine, other)) - shared)


@pytest.mark.parametrize("seed", range(3))
def test_it_is_what_the_development_kit_of_voc_computes(seed: int) -> None:
    scenes = [scene(1000 * seed + number, crowds=False) for number in range(12)]

    assert figure("voc_map", scenes) == pytest.approx(by_voc(scenes, eleven=False), abs=1e-9)
    assert figure("voc_map_11", scenes) == pytest.approx(by_voc(scenes, eleven=True), abs=1e-9)


def test_images_drawn_twice_count_twice() -> None:
    """What an interval is made of: counting an image twice is having it twice."""
    items = [BY_NAME["ap"].item(scene(number)) for number in range(6)]
    drawn = [0, 0, 2, 3, 3, 3]
    reading = Reading(0, tuple(range(10)), COCO_POINTS)

    weighed = Table(items, reading).precisions(np.bincount(drawn, minlength=6))
    repeated = Table([items[image] for image in drawn], reading).precisions(np.ones(6, int))

    shared = min(len(weighed), len(repeated))
    assert weighed[:shared] == pytest.approx(repeated[:shared], nan_ok=True)


@pytest.mark.parametrize(
    ("thing", "found", "value"),
    [
        (Thing(0, (0, 0, 50, 50), crowd=True), [(0, 0.9, 10, 10, 20, 20)], 1.0),
        (Thing(0, (0, 0, 50, 50), difficult=True), [(0, 0.9, 0, 0, 50, 50)], 1.0),
        (Thing(0, (0, 0, 50, 50)), [(0, 0.9, 10, 10, 20, 20)], 0.5 * 51 / 101),
    ],
)
def test_what_lies_in_a_crowd_or_is_difficult_is_neither_right_nor_wrong(
    thing: Thing, found: list[Any], value: float
) -> None:
    known = Thing(0, (100, 100, 150, 150))
    boxes = Boxes.of([*found, (0, 0.5, 100, 100, 150, 150)])

    scored = Scored("a.png", "0" * 64, boxes, Things((thing, known)), options=OPTIONS)
    assert figure("ap50", [scored]) == pytest.approx(value)
