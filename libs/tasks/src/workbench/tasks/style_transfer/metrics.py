"""How like a picture is to that of a reference model: nothing else says what a style should look like."""

from __future__ import annotations

from typing import Any

from workbench.tasks.likeness import MOST_DECIBELS, psnr, ssim
from workbench.tasks.redrawn.annotation import Wanted
from workbench.tasks.redrawn.result import Redrawn
from workbench.tasks.scoring import Metric, Scored
from workbench.tasks.totals import mean

Styled = Scored[Redrawn, Wanted]


def _psnr(scored: Styled) -> float | None:
    return None if scored.reference is None else psnr(scored.result.levels, scored.reference.levels)


def _ssim(scored: Styled) -> float | None:
    return None if scored.reference is None else ssim(scored.result.levels, scored.reference.levels)


METRICS: tuple[Metric[Redrawn, Wanted], ...] = (
    mean("ssim_agreement", "share", "higher", "reference", _ssim, 1.0),
    mean("psnr_agreement", "dB", "higher", "reference", _psnr, MOST_DECIBELS),
)


def line(scored: Styled) -> dict[str, Any]:
    """What is kept of one image: ``{picture}``."""
    return scored.result.to_json()
