"""The metrics an evaluation can give: each module here adds its ``METRICS``, nothing else to edit."""

from __future__ import annotations

import importlib
import pkgutil

from workbench.calibrator.metrics._proportion import Measured, Metric, Prediction, Ranking

__all__ = ["TABLE", "Measured", "Metric", "Prediction", "Ranking"]


def _found() -> dict[str, Metric]:
    modules = (importlib.import_module(f"{__name__}.{module.name}")
               for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    return {metric.name: metric for module in modules for metric in module.METRICS}


TABLE: dict[str, Metric] = _found()
