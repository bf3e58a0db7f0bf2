"""Which class is taken for which, a thing each: of boxes sure enough to be shown, by where they are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from workbench.tasks.boxes.overlap import overlaps
from workbench.tasks.confusion import Confusion, Pair, met
from workbench.tasks.object_detection.annotation import Things
from workbench.tasks.object_detection.result import Boxes
from workbench.tasks.scoring import Scored


def _pairs(scored: Scored[Boxes, Things]) -> Mapping[Pair, int]:
    if scored.annotation is None:
        return {}
    found = [box for box in scored.result.boxes if box.score >= scored.options["shown_from"]]
    there = scored.annotation.things
    crowd = np.array([thing.crowd for thing in there], bool)
    aside = crowd | np.array([thing.difficult for thing in there], bool)
    mine = np.array([box[2:] for box in found], np.float64).reshape(-1, 4)
    theirs = np.array([thing.box for thing in there], np.float64).reshape(-1, 4)
    overlap = overlaps(mine, theirs, crowd)
    return met([box.class_id for box in found], [thing.class_id for thing in there], overlap, aside)


CONFUSION: Confusion[Boxes, Things] = Confusion("things", _pairs)
