"""Which class is taken for which, a pixel each; those nobody has judged are left out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from workbench.tasks.confusion import Confusion, Pair
from workbench.tasks.scoring import Scored
from workbench.tasks.semantic_segmentation.annotation import Annotation
from workbench.tasks.semantic_segmentation.metrics import table
from workbench.tasks.semantic_segmentation.result import NOTHING, ClassMap


def _pairs(scored: Scored[ClassMap, Annotation]) -> Mapping[Pair, int]:
    if scored.annotation is None:
        return {}
    counted = table(scored.result.classes, scored.annotation.mask(), scored.options["ignore_label"])
    return {
        (int(there), int(said) if said != NOTHING else None): int(counted[there, said])
        for there, said in np.argwhere(counted)
    }


CONFUSION: Confusion[ClassMap, Annotation] = Confusion("pixels", _pairs)
