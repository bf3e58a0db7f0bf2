"""Top-k accuracy: the label is among the k classes with the best scores."""

from __future__ import annotations

from functools import partial

from workbench.calibrator.metrics._proportion import Metric, Prediction


def _is_among(k: int, prediction: Prediction) -> bool | None:
    if prediction.label is None:
        return None
    return prediction.label in [class_id for class_id, _ in prediction.top[:k]]


METRICS = [Metric(f"top{k}", k, "labels", partial(_is_among, k)) for k in (1, 5)]
