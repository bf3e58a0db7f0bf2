"""How well boxes are found: average precision by COCO's rules and by Pascal VOC's."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.tasks import matching
from workbench.tasks.average_precision import (
    COCO_MOST,
    VOC_POINTS,
    Known,
    Matched,
    Reading,
    agreement,
    by_coco,
    coco_metrics,
    metric,
    packed,
)
from workbench.tasks.boxes.overlap import areas, overlaps
from workbench.tasks.object_detection.annotation import Thing, Things
from workbench.tasks.object_detection.result import Boxes
from workbench.tasks.scoring import Metric, Scored

Detected = Scored[Boxes, Things]
Item = dict[str, Any]

_LIKELY = 0.5


@lru_cache(maxsize=2)  # what one image adds is the same for all of these metrics
def coco_item(found: Boxes, things: Things) -> Item:
    """By COCO's rules: crowds and difficult things are ignored, the surest hundred of a class count."""
    return packed([_by_coco(label, boxes[:COCO_MOST], known) for label, boxes, known in _classes(found, things)])


@lru_cache(maxsize=2)
def voc_item(found: Boxes, things: Things, threshold: float) -> Item:
    """By Pascal VOC's."""
    return packed([_by_voc(label, boxes, known, threshold) for label, boxes, known in _classes(found, things)])


def _by_coco(label: int, boxes: NDArray[np.float64], known: list[Thing]) -> Matched:
    there = _sides(known)
    own = areas(there)
    counted = [
        Known(own[at] if thing.area is None else thing.area, thing.crowd, thing.difficult)
        for at, thing in enumerate(known)
    ]
    overlap = overlaps(boxes[:, 1:], there, np.array([thing.crowd for thing in known], bool))
    return by_coco(label, boxes[:, 0], overlap, areas(boxes[:, 1:]), counted)


def _by_voc(label: int, boxes: NDArray[np.float64], known: list[Thing], threshold: float) -> Matched:
    ignored = np.array([thing.difficult or thing.crowd for thing in known], bool)
    right, aside = matching.voc(overlaps(boxes[:, 1:], _sides(known)), ignored, threshold)
    return Matched(label, [int((~ignored).sum())], boxes[:, 0], right[None, None], aside[None, None])


def _classes(found: Boxes, things: Things) -> Iterator[tuple[int, NDArray[np.float64], list[Thing]]]:
    """Each class that is found or there: score and sides of the found, the surest first, and what is there."""
    rows = np.array(found.boxes, np.float64).reshape(-1, 6)
    rows = rows[np.argsort(-rows[:, 1], kind="stable")]
    for label in sorted({thing.class_id for thing in things.things} | set(rows[:, 0].astype(int).tolist())):
        yield label, rows[rows[:, 0] == label, 1:], [thing for thing in things.things if thing.class_id == label]


def _sides(known: list[Thing]) -> NDArray[np.float64]:
    return np.array([thing.box for thing in known], np.float64).reshape(-1, 4)


def _coco(scored: Detected) -> Item | None:
    return None if scored.annotation is None else coco_item(scored.result, scored.annotation)


def _voc(scored: Detected) -> Item | None:
    return None if scored.annotation is None else voc_item(scored.result, scored.annotation, scored.options["overlap"])


def _agreeing(scored: Detected) -> Item | None:
    """Against what the reference model would be shown to find; of the model itself all counts."""
    if scored.reference is None:
        return None
    sure = [box for box in scored.reference.boxes if box.score >= scored.options["shown_from"]]
    return coco_item(scored.result, Things(tuple(Thing(box.class_id, box[2:]) for box in sure)))


METRICS: tuple[Metric[Boxes, Things], ...] = (
    *coco_metrics(_coco),
    metric("voc_map", "annotation", _voc, Reading(0, (0,), None)),
    metric("voc_map_11", "annotation", _voc, Reading(0, (0,), VOC_POINTS)),
    agreement(_agreeing),
)


def line(scored: Detected) -> dict[str, Any]:
    """What is kept of one image: ``{boxes}``."""
    return scored.result.to_json()


def answer(result: Boxes) -> list[int]:
    """The classes of what is more likely there than not."""
    return sorted(box.class_id for box in result.boxes if box.score >= _LIKELY)
