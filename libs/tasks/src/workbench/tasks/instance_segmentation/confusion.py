"""Which class is taken for which, a thing each: of those sure enough to be shown, by their pixels."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from workbench.tasks.confusion import Confusion, Pair, met
from workbench.tasks.instance_segmentation.annotation import Instances
from workbench.tasks.instance_segmentation.patch import Placed, overlaps
from workbench.tasks.instance_segmentation.result import Segments
from workbench.tasks.scoring import Scored


def _pairs(scored: Scored[Segments, Instances]) -> Mapping[Pair, int]:
    if scored.annotation is None:
        return {}
    found = [each for each in scored.result.segments if each.score >= scored.options["shown_from"]]
    there = scored.annotation.things
    mine, theirs = ([Placed.of(each.mask) for each in things] for things in (found, there))
    overlap = overlaps(mine, theirs, [thing.crowd for thing in there])
    aside = np.array([thing.crowd or thing.difficult for thing in there], bool)
    return met([each.class_id for each in found], [thing.class_id for thing in there], overlap, aside)


CONFUSION: Confusion[Segments, Instances] = Confusion("things", _pairs)
