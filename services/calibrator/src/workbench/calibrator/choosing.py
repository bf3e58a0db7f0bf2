"""Which images of a dataset a model is calibrated with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.calibrator import feed
from workbench.calibrator.values import CalibrationSpec
from workbench.shards import Item


@dataclass(frozen=True)
class Choice:
    """The images to calibrate with, and how many were kept out."""

    items: list[Item]
    excluded: int


def choose(items: Sequence[Item], spec: CalibrationSpec, excluded: set[str]) -> Choice:
    """At most ``subset_size`` different images of the split, none of the excluded digests.

    In the order of their digests: as good as a random choice, so that a dataset sorted by class is sampled
    from all its classes, yet the same every time.
    """
    of_split = [item for item in items if spec.split in ("all", item.split)]
    unique = {item.sha256: item for item in reversed(of_split)}
    usable = [unique[digest] for digest in sorted(unique) if digest not in excluded]
    if not usable:
        reason = _why_none(items, of_split, spec.split)
        raise feed.NoImages(reason, items=len(items), excluded=len(unique))
    return Choice(usable[: spec.subset_size], len(unique) - len(usable))


def excluded_digests(folder: Path) -> set[str]:
    """SHA-256 of the images of the dataset in ``folder``, none of which may be used; none when it is not there."""
    return {item.sha256 for item in feed.read_items(folder)} if folder.is_dir() else set()


def _why_none(items: Sequence[Item], of_split: Sequence[Item], split: str) -> str:
    if not items:
        return "The dataset holds no images; images to calibrate with are needed."
    if not of_split:
        return (
            f"None of the dataset's {len(items)} images is in its {split} part; use split 'all', or a larger dataset."
        )
    return (
        f"All {len(of_split)} images ({split}) are also in the excluded dataset, which the accuracy is "
        "measured on; add images that are not."
    )
