"""How like what it was a picture made whole is, beside a hole filled with the mean colour. The image itself tells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.tasks.beating import beating
from workbench.tasks.inpainting.annotation import Hole
from workbench.tasks.inpainting.result import Whole
from workbench.tasks.likeness import MOST_DECIBELS, psnr, ssim
from workbench.tasks.scoring import Metric, Scored
from workbench.tasks.totals import mean

Filled = Scored[Whole, Hole]
Levels = NDArray[np.uint8]
Likeness = Callable[[Levels, Levels, NDArray[np.bool_]], float | None]


def _ssim(one: Levels, other: Levels, _missing: NDArray[np.bool_]) -> float | None:
    return ssim(one, other)


def _psnr(one: Levels, other: Levels, _missing: NDArray[np.bool_]) -> float | None:
    return psnr(one, other)


def _psnr_hole(one: Levels, other: Levels, missing: NDArray[np.bool_]) -> float | None:
    return psnr(one[missing], other[missing]) if missing.any() else None


def _itself(likeness: Likeness, scored: Filled) -> float | None:
    return likeness(scored.result.levels, scored.result.before, scored.result.missing)


def _agreeing(likeness: Likeness, scored: Filled) -> float | None:
    if scored.reference is None:
        return None
    return likeness(scored.result.levels, scored.reference.levels, scored.result.missing)


def _belief(likeness: Likeness, most: float, images: Sequence[Filled]) -> dict[str, Any]:
    plain = [likeness(each.result.plain(), each.result.before, each.result.missing) for each in images]
    return beating([_itself(likeness, each) for each in images], plain, most, "holes filled with the mean colour score")


def _metric(name: str, unit: str, likeness: Likeness, most: float) -> Metric[Whole, Hole]:
    found = mean(name, unit, "higher", "image", partial(_itself, likeness), most)
    return replace(found, belief=partial(_belief, likeness, most))


METRICS: tuple[Metric[Whole, Hole], ...] = (
    _metric("ssim", "share", _ssim, 1.0),
    _metric("psnr", "dB", _psnr, MOST_DECIBELS),
    _metric("psnr_hole", "dB", _psnr_hole, MOST_DECIBELS),
    mean("ssim_agreement", "share", "higher", "reference", partial(_agreeing, _ssim), 1.0),
    mean("psnr_agreement", "dB", "higher", "reference", partial(_agreeing, _psnr_hole), MOST_DECIBELS),
)


def line(scored: Filled) -> dict[str, Any]:
    """What is kept of one image: ``{missing}``, the share; the picture itself is for a trial to keep."""
    return {"missing": float(scored.result.missing.mean())}
