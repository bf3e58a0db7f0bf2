"""How the values of a picture's pixels become those that a network takes, in the steps of ``accuracy-check.yml``: the
order of channels, mean and scale. Pure arithmetic.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

_READERS = {"opencv_imread": "BGR", "pillow_imread": "RGB"}
_TURNS = frozenset({"bgr_to_rgb", "rgb_to_bgr"})
_GRAYS = frozenset({"bgr_to_gray", "rgb_to_gray"})
_SIZING = frozenset({"resize", "auto_resize", "crop", "crop_rect", "padding"})
_NUMBERS = re.compile(r"[-+0-9.eE]{1,30}")
_LARGEST, _SMALLEST = 1e6, 1e-6


def pixels(dataset: Mapping[str, Any]) -> dict[str, Any]:
    """``color``, ``mean`` and ``scale`` (x - mean) / scale on 0..255 in that order; nothing where a step is unknown."""
    color = _READERS.get(dataset["reader"] or "")
    mean, scale = [0.0], [1.0]
    if color is None:
        return {}
    for step in dataset["preprocessing"]:
        if step["kind"] in _TURNS:
            color, mean, scale = step["kind"][-3:].upper(), mean[::-1], scale[::-1]
        elif step["kind"] in _GRAYS and len(mean) == len(scale) == 1:
            color = "GRAY"
        elif step["kind"] == "normalization" and (both := _normalized(mean, scale, step)):
            mean, scale = both
        elif step["kind"] not in _SIZING:
            return {}
    said = {"mean": mean if any(mean) else None, "scale": scale if any(each != 1 for each in scale) else None}
    return {"color": color, **{name: value for name, value in said.items() if value}}


def _normalized(
    mean: Sequence[float], scale: Sequence[float], step: Mapping[str, Any]
) -> tuple[list[float], ...] | None:
    """What both are once this step comes after them; None for one that cannot be read."""
    further, divisor = _numbers(step["mean"], 0.0), _numbers(step["std"], 1.0)
    counts = {len(each) for each in (mean, scale, further or (), divisor or ())} - {1}
    if not further or not divisor or len(counts) > 1 or counts - {3} or min(map(abs, divisor)) < _SMALLEST:
        return None
    channels = max(counts, default=1)
    of_each = [_spread(each, channels) for each in (mean, scale, further, divisor)]
    moved = [now + more * by for now, by, more, _ in zip(*of_each, strict=True)]
    return moved, [by * divided for _, by, _, divided in zip(*of_each, strict=True)]


def _spread(values: Sequence[float], channels: int) -> list[float]:
    return list(values) * (channels if len(values) == 1 else 1)


def _numbers(said: Sequence[str] | None, usual: float) -> list[float] | None:
    if said is None:
        return [usual]
    words = [word for text in said for word in re.split(r"[,\s()\[\]]+", text) if word]
    if not 1 <= len(words) <= 3 or not all(map(_NUMBERS.fullmatch, words)):
        return None
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        return None
    return numbers if all(math.isfinite(each) and abs(each) <= _LARGEST for each in numbers) else None
