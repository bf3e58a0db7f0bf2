"""How well things and their pixels are found: average precision of masks by COCO's rules."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from workbench.tasks.average_precision import COCO_MOST, Known, agreement, by_coco, coco_metrics, packed
from workbench.tasks.instance_segmentation.annotation import Instance, Instances
from workbench.tasks.instance_segmentation.patch import Placed, overlaps
from workbench.tasks.instance_segmentation.result import Segments
from workbench.tasks.scoring import Metric, Scored

Segmented = Scored[Segments, Instances]
Item = dict[str, Any]

_LIKELY = 0.5


@lru_cache(maxsize=2)  # what one image adds is the same for all of these metrics
def mask_item(found: Segments, known: Instances) -> Item:
    """Crowds and difficult things are ignored, the surest hundred of a class count."""
    labels = {each.class_id for each in found.segments} | {thing.class_id for thing in known.things}
    return packed([_of_class(label, found, known) for label in sorted(labels)])


def _of_class(label: int, found: Segments, known: Instances) -> Any:
    mine = sorted((each for each in found.segments if each.class_id == label), key=lambda each: -each.score)[:COCO_MOST]
    things = [thing for thing in known.things if thing.class_id == label]
    placed, there = [Placed.of(each.mask) for each in mine], [Placed.of(thing.mask) for thing in things]
    counted = [
        Known(each.area if thing.area is None else thing.area, thing.crowd, thing.difficult)
        for thing, each in zip(things, there, strict=True)
    ]
    overlap = overlaps(placed, there, [thing.crowd for thing in things])
    areas = np.array([each.area for each in placed], np.float64)
    return by_coco(label, np.array([each.score for each in mine]), overlap, areas, counted)


def _annotated(scored: Segmented) -> Item | None:
    return None if scored.annotation is None else mask_item(scored.result, scored.annotation)


def _agreeing(scored: Segmented) -> Item | None:
    """Against what the reference model would be shown to find; of the model itself all counts."""
    if scored.reference is None:
        return None
    sure = [each for each in scored.reference.segments if each.score >= scored.options["shown_from"] and each.mask.text]
    return mask_item(scored.result, Instances((1, 1), tuple(Instance(each.class_id, each.mask) for each in sure)))


METRICS: tuple[Metric[Segments, Instances], ...] = (*coco_metrics(_annotated), agreement(_agreeing))


def line(scored: Segmented) -> dict[str, Any]:
    """What is kept of one image: ``{segments}``."""
    return scored.result.to_json()


def answer(result: Segments) -> list[int]:
    """The classes of what is more likely there than not."""
    return sorted(each.class_id for each in result.segments if each.score >= _LIKELY)
