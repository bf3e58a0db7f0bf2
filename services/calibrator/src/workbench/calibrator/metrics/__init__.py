"""The metrics an evaluation can give: each module here adds its ``METRICS``, nothing else to edit."""

from __future__ import annotations

import importlib
import pkgutil

from workbench.calibrator.metrics._proportion import Measured, Metric, Prediction, Ranking

__all__ = ["TABLE", "Measured", "Metric", "Prediction", "Ranking"]


def _found() -> dict[str, Metric]:
    modules = (importlib.import_module(f"{__name__}.{module.name}")
               for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    metrics = sorted((metric for module in modules for metric in module.METRICS),
                     key=lambda metric: (metric.needs, metric.depth))
    # In order of what they are worth: correct answers by k, then mere agreement.
    return {metric.name: metric for metric in metrics}


TABLE: dict[str, Metric] = _found()
