"""How long an optimization takes, as far as its request says. Pure."""

from __future__ import annotations

from workbench.project.values import Facts
from workbench.runner.device_time import Span, expected_measurement


def takes(request: Facts) -> Span | None:
    """Its measuring; unknown of a request that an earlier release accepted."""
    return expected_measurement(request, request["models"]) if "models" in request else None
