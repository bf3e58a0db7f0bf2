"""Agreement with a reference model: both put the same class first. Needs no labels."""

from __future__ import annotations

from workbench.calibrator.metrics._proportion import Metric, Prediction


def _agrees(prediction: Prediction) -> bool | None:
    if prediction.reference_top is None:
        return None
    return prediction.top[0][0] == prediction.reference_top[0][0]


METRICS = [Metric("top1_agreement", 1, "reference", _agrees)]
