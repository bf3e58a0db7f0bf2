"""How like the high resolution a picture is, beside what bicubic upscaling alone would be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from workbench.tasks.beating import beating
from workbench.tasks.likeness import MOST_DECIBELS, luma, psnr, shaved, ssim
from workbench.tasks.redrawn.annotation import Wanted
from workbench.tasks.scoring import Metric, Scored
from workbench.tasks.super_resolution.result import Upscaled
from workbench.tasks.totals import mean

Larger = Scored[Upscaled, Wanted]
Likeness = Callable[[NDArray[Any], NDArray[Any]], float | None]
Levels = NDArray[np.uint8]


def _against(likeness: Likeness, drawn: Levels, wanted: Levels, scored: Larger) -> float | None:
    scale, height, width = scored.result.scale, *wanted.shape[:2]
    off = max(abs(drawn.shape[0] - height), abs(drawn.shape[1] - width))
    if off >= scale:  # of another scale
        drawn = np.asarray(Image.fromarray(drawn).resize((width, height), Image.Resampling.BICUBIC))
    rows, columns = min(drawn.shape[0], height), min(drawn.shape[1], width)
    mine, theirs = (shaved(each[:rows, :columns], scale) for each in (drawn, wanted))
    if mine.size == 0:
        return None
    if scored.options["judged_on"] == "Y":
        mine, theirs = luma(mine), luma(theirs)
    return likeness(mine, theirs)


def _known(likeness: Likeness, scored: Larger) -> float | None:
    if scored.annotation is None:
        return None
    return _against(likeness, scored.result.levels, scored.annotation.levels, scored)


def _agreeing(likeness: Likeness, scored: Larger) -> float | None:
    if scored.reference is None:
        return None
    return _against(likeness, scored.result.levels, scored.reference.levels, scored)


def _belief(likeness: Likeness, most: float, images: Sequence[Larger]) -> dict[str, Any]:
    plain = [
        None if each.annotation is None else _against(likeness, each.result.plain(), each.annotation.levels, each)
        for each in images
    ]
    return beating([_known(likeness, each) for each in images], plain, most, "bicubic upscaling alone scores")


def _metric(name: str, unit: str, likeness: Likeness, most: float) -> Metric[Upscaled, Wanted]:
    found = mean(name, unit, "higher", "annotation", partial(_known, likeness), most)
    return replace(found, belief=partial(_belief, likeness, most))


METRICS: tuple[Metric[Upscaled, Wanted], ...] = (
    _metric("ssim", "share", ssim, 1.0),
    _metric("psnr", "dB", psnr, MOST_DECIBELS),
    mean("ssim_agreement", "share", "higher", "reference", partial(_agreeing, ssim), 1.0),
    mean("psnr_agreement", "dB", "higher", "reference", partial(_agreeing, psnr), MOST_DECIBELS),
)


def line(scored: Larger) -> dict[str, Any]:
    """What is kept of one image: ``{width, height}``; the picture itself is for a trial to keep."""
    height, width = scored.result.levels.shape[:2]
    return {"width": width, "height": height}
