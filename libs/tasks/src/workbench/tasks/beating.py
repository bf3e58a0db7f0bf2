"""What a score has to beat: what would be had without any model, on the same images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.figures.resampled import resampled_change


def beating(mine: Sequence[float | None], plain: Sequence[float | None], most: float, words: str) -> dict[str, Any]:
    """``chance``: what ``plain`` scores; ``over_chance``: how much more the model does, paired; ``chance_of``: words.

    mine, plain: of the same images, from 0 to ``most``; those where either is None do not count. Empty for none.
    """
    pairs = [(one, other) for one, other in zip(mine, plain, strict=True) if one is not None and other is not None]
    if not pairs:
        return {}
    ours, theirs = np.array(pairs, np.float64).T
    gained = resampled_change(ours, theirs, _mean, most)
    return {"chance": float(theirs.mean()), "over_chance": gained.to_json(), "chance_of": words}


def _mean(images: NDArray[Any]) -> NDArray[np.float64]:
    return images.mean(axis=0, keepdims=True)
