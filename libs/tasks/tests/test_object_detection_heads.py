"""Each head against the published post-processing of its model, written out as loops, on the same tensors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from PIL import Image
from workbench.imaging.preprocess import fit
from workbench.tasks.catalogue import check
from workbench.tasks.object_detection.anchors import IN_CELLS, IN_PIXELS
from workbench.tasks.object_detection.heads.table import HEADS
from workbench.tasks.object_detection.result import Boxes
from workbench.tasks.recipe import Recipe

SIDE = 64
Row = tuple[int, float, float, float, float, float]  # class, score, left, top, right, bottom in the model's input


def recipe_of(head: str, resize: str = "stretch", labels: list[str] | None = None, **options: Any) -> Recipe:
    return check(
        Recipe.from_json(
            {
                "version": 2,
                "task": "object-detection",
                "labels": labels,
                "head": head,
                "options": {"nms": 1, "max_detections": 1000, **options},
                "preparation": {
                    "resize": resize,
                    "input": {"name": "x", "width": SIDE, "height": SIDE, "channels": 3, "layout": "NCHW"},
                },
            }
        )
    )


def read(head: str, outputs: dict[str, np.ndarray], size: tuple[int, int] = (SIDE, SIDE), **given: Any) -> Boxes:
    recipe = recipe_of(head, **given)
    return next(each for each in HEADS if head == each.NAME).read(
        outputs, recipe, fit(Image.new("RGB", size), recipe.preparation)
    )


def expect(found: Boxes, rows: list[Row]) -> None:
    """The same rows from the threshold on, cut at the picture's edges, in any order."""
    cut = [
        (label, score, *(min(max(side, 0), SIDE) for side in sides)) for label, score, *sides in rows if score >= 0.02
    ]
    there = sorted((row for row in cut if row[4] > row[2] and row[5] > row[3]), key=lambda row: (-row[1], row))
    assert len(there) > 10 or len(there) == len(found.boxes)
    assert np.array(sorted(found.boxes, key=lambda row: (-row[1], row))) == pytest.approx(np.array(there), abs=2e-3)


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def centred(label: int, score: float, x: float, y: float, width: float, height: float) -> Row:
    return label, score, x - width / 2, y - height / 2, x + width / 2, y + height / 2


def random(*shape: int, seed: int = 0, low: float = -2, high: float = 2) -> np.ndarray:
    return np.random.default_rng(seed).uniform(low, high, shape).astype(np.float32)


def test_yolo_v3_is_darknets_loop() -> None:
    maps = {f"map{stride}": random(1, 3 * 7, SIDE // stride, SIDE // stride, seed=stride) for stride in (32, 8, 16)}
    rows: list[Row] = []
    for at, stride in enumerate((8, 16, 32)):
        output = maps[f"map{stride}"][0].reshape(3, 7, SIDE // stride, SIDE // stride)
        for anchor, y, x in np.ndindex(3, SIDE // stride, SIDE // stride):
            tx, ty, tw, th, surely, *classes = output[anchor, :, y, x].tolist()
            width, height = IN_PIXELS["yolo_v3"][at][anchor]
            rows += [
                centred(
                    label,
                    sigmoid(surely) * sigmoid(score),
                    (x + sigmoid(tx)) * stride,
                    (y + sigmoid(ty)) * stride,
                    math.exp(tw) * width,
                    math.exp(th) * height,
                )
                for label, score in enumerate(classes)
            ]

    expect(read("yolo_v3", maps), rows)
    last = {name: output.transpose(0, 2, 3, 1) for name, output in maps.items()}
    assert read("yolo_v3", last) == read("yolo_v3", maps)


def test_yolo_v2_is_darknets_loop_and_the_same_in_one_line() -> None:
    output = random(1, 5 * 8, 2, 2)
    rows: list[Row] = []
    for anchor, y, x in np.ndindex(5, 2, 2):
        tx, ty, tw, th, surely, *classes = output[0].reshape(5, 8, 2, 2)[anchor, :, y, x].tolist()
        width, height = IN_CELLS["yolo_v2"][anchor]
        whole = sum(map(math.exp, classes))
        rows += [
            centred(
                label,
                sigmoid(surely) * math.exp(score) / whole,
                (x + sigmoid(tx)) * 32,
                (y + sigmoid(ty)) * 32,
                math.exp(tw) * width * 32,
                math.exp(th) * height * 32,
            )
            for label, score in enumerate(classes)
        ]

    expect(read("yolo_v2", {"map": output}), rows)
    assert read("yolo_v2", {"line": output.reshape(1, -1)}) == read("yolo_v2", {"map": output})


def test_yolox_is_its_demo_postprocess() -> None:
    output = np.concatenate([random(1, 84, 4, low=-0.5, high=1.5), random(1, 84, 4, seed=1, low=0, high=1)], axis=2)
    grids = [(x, y, stride) for stride in (8, 16, 32) for y in range(SIDE // stride) for x in range(SIDE // stride)]
    rows = [
        centred(
            label,
            row[4] * score,
            (row[0] + x) * stride,
            (row[1] + y) * stride,
            math.exp(row[2]) * stride,
            math.exp(row[3]) * stride,
        )
        for row, (x, y, stride) in zip(output[0].tolist(), grids, strict=True)
        for label, score in enumerate(row[5:])
    ]

    expect(read("yolox", {"output": output}), rows)


@pytest.mark.parametrize("layout", ["pairs", "one table"])
def test_nanodet_is_the_expectation_of_each_side(layout: str) -> None:
    scores, sides = random(84, 3, low=0, high=1), random(84, 32, seed=1)
    grids = [(x, y, stride) for stride in (8, 16, 32) for y in range(SIDE // stride) for x in range(SIDE // stride)]
    rows: list[Row] = []
    for (x, y, stride), row, classes in zip(grids, sides.reshape(84, 4, 8).tolist(), scores.tolist(), strict=True):
        left, top, right, bottom = (
            sum(place * math.exp(each) for place, each in enumerate(side)) / sum(map(math.exp, side)) * stride
            for side in row
        )
        rows += [
            (
                label,
                score,
                (x + 0.5) * stride - left,
                (y + 0.5) * stride - top,
                (x + 0.5) * stride + right,
                (y + 0.5) * stride + bottom,
            )
            for label, score in enumerate(classes)
        ]
    parts = {"a": slice(0, 64), "b": slice(64, 80), "c": slice(80, 84)}
    outputs = (
        {"table": np.concatenate([scores, sides], axis=1)[None]}
        if layout == "one table"
        else {
            **{f"scores_{name}": scores[None, part] for name, part in parts.items()},
            **{f"sides_{name}": sides[None, part] for name, part in reversed(parts.items())},
        }
    )

    expect(read("nanodet", outputs), rows)


def test_fastest_det_is_its_published_loop() -> None:
    output = np.concatenate(
        [random(1, 1, 4, 4, low=0, high=1), random(1, 4, 4, 4, seed=1), random(1, 3, 4, 4, seed=2, low=0, high=1)],
        axis=1,
    )
    rows: list[Row] = []
    for y, x in np.ndindex(4, 4):
        surely, dx, dy, width, height, *classes = output[0, :, y, x].tolist()
        rows += [
            centred(
                label,
                surely**0.6 * score**0.4,
                (x + math.tanh(dx)) / 4 * SIDE,
                (y + math.tanh(dy)) / 4 * SIDE,
                sigmoid(width) * SIDE,
                sigmoid(height) * SIDE,
            )
            for label, score in enumerate(classes)
        ]

    expect(read("fastest_det", {"map": output}), rows)


def test_retinaface_is_its_published_decode() -> None:
    offsets, scores = random(1, 168, 4), random(1, 168, 2, seed=1, low=0, high=1)
    rows: list[Row] = []
    at = 0
    for stride, lengths in ((8, (16, 32)), (16, (64, 128)), (32, (256, 512))):
        for y, x in np.ndindex(SIDE // stride, SIDE // stride):
            for length in lengths:
                dx, dy, dw, dh = offsets[0, at].tolist()
                rows.append(
                    centred(
                        0,
                        float(scores[0, at, 1]),
                        (x + 0.5) * stride + dx * 0.1 * length,
                        (y + 0.5) * stride + dy * 0.1 * length,
                        length * math.exp(dw * 0.2),
                        length * math.exp(dh * 0.2),
                    )
                )
                at += 1
    outputs = {"loc": offsets, "landms": random(1, 168, 10, seed=2), "conf": scores}

    expect(read("priors", outputs, label_offset=1), rows)


def test_prior_boxes_that_are_an_output_are_used() -> None:
    sides = np.array([[0.1, 0.2, 0.5, 0.6], [0.4, 0.4, 0.8, 0.9]], np.float32)
    priors = np.stack([sides.reshape(-1), np.tile(np.float32([0.1, 0.1, 0.2, 0.2]), 2)])[None]
    outputs = {"loc": np.zeros((1, 2, 4), np.float32), "conf": np.float32([[[0, 0.9], [0, 0.7]]]), "priors": priors}

    found = read("priors", outputs, label_offset=1)

    assert np.array(found.boxes)[:, 2:] == pytest.approx(sides * SIDE, abs=1e-3)


def test_detr_drops_nothing_and_rt_detr_has_none() -> None:
    logits, boxes = random(1, 30, 4, low=-3, high=3), random(1, 30, 4, seed=1, low=0.2, high=0.5)
    outputs = {"logits": logits, "pred_boxes": boxes}
    placed = [[side * SIDE for side in box] for box in boxes[0].tolist()]
    by_softmax = [
        centred(label, math.exp(row[label]) / sum(map(math.exp, row)), *box)
        for row, box in zip(logits[0].tolist(), placed, strict=True)
        for label in range(3)
    ]
    by_sigmoid = [
        centred(label, sigmoid(row[label]), *box)
        for row, box in zip(logits[0].tolist(), placed, strict=True)
        for label in range(4)
    ]

    expect(read("detr", outputs), by_softmax)
    expect(read("detr", outputs, class_scores="sigmoid"), by_sigmoid)


TWO = [(0, 0.9, 6.0, 12.0, 30.0, 40.0), (1, 0.4, 20.0, 8.0, 50.0, 16.0)]
SIDES = np.array([row[2:] for row in TWO], np.float32)
SCORES, LABELS = np.float32([0.9, 0.4]), np.array([1, 2])


@pytest.mark.parametrize(
    ("head", "outputs", "options"),
    [
        ("end_to_end", {"out": np.array([[[*row[2:], row[1], row[0]] for row in TWO]], np.float32)}, {}),
        (
            "detection_output",
            {
                "out": np.array(
                    [
                        [
                            [[0, row[0] + 1, row[1], *(s / SIDE for s in row[2:])] for row in TWO]
                            + [[-1] * 7, [0, 1, 1, 0, 0, 1, 1]]
                        ]
                    ],
                    np.float32,
                )
            },
            {"label_offset": 1},
        ),
        (
            "boxes_scores",
            {"scores": np.float32([[[0.1, 0.9, 0], [0.6, 0, 0.4]]]), "boxes": SIDES[None] / SIDE},
            {"label_offset": 1},
        ),
        ("boxes_labels_scores", {"boxes": SIDES, "labels": LABELS, "scores": SCORES}, {"label_offset": 1}),
        ("boxes_labels_scores", {"a": SIDES, "b": LABELS, "c": SCORES}, {"label_offset": 1}),
        (
            "boxes_labels_scores",
            {"labels": LABELS, "boxes": np.concatenate([SIDES, SCORES[:, None]], axis=1)},
            {"label_offset": 1},
        ),
        (
            "boxes_labels_scores",
            {
                "detection_boxes": np.vstack([SIDES[:, [1, 0, 3, 2]] / SIDE, [[0, 0, 1, 1]]])[None].astype(np.float32),
                "detection_classes": np.float32([[1, 2, 1]]),
                "detection_scores": np.float32([[0.9, 0.4, 0.8]]),
                "num_detections": np.float32([2]),
            },
            {"label_offset": 1},
        ),
        (
            "boxes_labels_scores",
            {"boxes": SIDES[:, [1, 0, 3, 2]] / SIDE, "labels": LABELS, "scores": SCORES},
            {"numbering": "coco_ids", "box_order": "yxyx", "box_units": "normalised"},
        ),
        ("yolo_v5", {"out": np.array([[[18, 26, 24, 28, 1, 0.9, 0], [35, 12, 30, 8, 0.8, 0, 0.5]]], np.float32)}, {}),
        (
            "yolo_v8",
            {"out": np.array([[[18, 26, 24, 28, 0.9, 0], [35, 12, 30, 8, 0, 0.4]]], np.float32).transpose(0, 2, 1)},
            {},
        ),
        (
            "yolo_v8",
            {
                "masks": np.zeros((1, 2, 16, 16), np.float32),
                "out": np.array(
                    [[[18, 26, 24, 28, 0.9, 0, 5, 5], [35, 12, 30, 8, 0, 0.4, 5, 5]]], np.float32
                ).transpose(0, 2, 1),
            },
            {},
        ),
    ],
)
def test_two_boxes_are_read_in_whatever_way_they_are_written(
    head: str, outputs: dict[str, Any], options: dict[str, Any]
) -> None:
    if head == "yolo_v8" and "masks" in outputs:
        outputs = dict(reversed(outputs.items()))

    expect(read(head, outputs, **options), TWO)


@pytest.mark.parametrize(
    ("resize", "expected"),
    [
        ("stretch", (24, 24, 120, 80)),
        ("letterbox", (24, 0, 120, 96)),
        ("crop", (82.411, 28.055, 124.493, 77.151)),
    ],
)
def test_boxes_are_in_the_pixels_of_the_original_image(resize: str, expected: tuple[float, ...]) -> None:
    table = np.array([[[6, 12, 30, 40, 0.9, 0]]], np.float32)

    [box] = read("end_to_end", {"out": table}, (256, 128), resize=resize).boxes

    assert box[2:] == pytest.approx(expected, abs=1e-3)


def test_of_boxes_that_cover_each_other_the_surest_of_each_class_stays() -> None:
    table = np.array(
        [[[20, 20, 10, 10, 0.9, 0], [21, 20, 10, 10, 0.8, 0], [20, 20, 10, 10, 0, 0.7], [50, 50, 10, 10, 0.3, 0]]],
        np.float32,
    )

    found = read("yolo_v8", {"out": table.transpose(0, 2, 1)}, nms=0.5)

    assert [(box.class_id, box.score) for box in found.boxes] == pytest.approx(
        np.array([(0, 0.9), (1, 0.7), (0, 0.3)]), abs=1e-6
    )


@pytest.mark.parametrize("head", [head.NAME for head in HEADS])
@pytest.mark.parametrize("shape", [(7,), (1, 3, 5), (1, 2, 2, 2, 2), ()])
def test_outputs_of_another_shape_are_refused_in_words(head: str, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"shape|rows|prior boxes"):
        read(head, {"out": np.zeros(shape, np.float32)})


def test_nothing_is_found_where_no_score_is_high_enough() -> None:
    assert read("nanodet", {"table": np.zeros((1, 84, 35), np.float32)}).boxes == ()


def test_numbers_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="numbers of its output are none"):
        read("yolo_v8", {"out": np.full((1, 6, 9), np.nan, np.float32)})
