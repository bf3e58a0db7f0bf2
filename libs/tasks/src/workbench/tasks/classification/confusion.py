"""Which class is taken for which, an image each."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.tasks.classification.annotation import Label
from workbench.tasks.classification.result import Ranking
from workbench.tasks.confusion import Confusion, Pair
from workbench.tasks.scoring import Scored


def _pairs(scored: Scored[Ranking, Label]) -> Mapping[Pair, int]:
    if scored.annotation is None:
        return {}
    said = scored.result.first
    return {(scored.annotation.label, said if said >= 0 else None): 1}  # below 0 is the model's background class


CONFUSION: Confusion[Ranking, Label] = Confusion("images", _pairs)
