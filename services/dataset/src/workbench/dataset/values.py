"""What the api, the kinds and the cores of this service all speak: what is wanted, and the ranges it may have."""

from __future__ import annotations

from dataclasses import dataclass

CALIBRATION_PERCENT = 30

MOST_SIDE_PIXELS = 8192
MOST_GENERATED = 10_000
MOST_COPIES = 20
MOST_IMAGES = 10_000_000
PARTS = ("calibration", "evaluation")
SUBSET_SPLITS = ("all", *PARTS)
ANNOTATED_ON = ("stored", "upright")
FLIPS = ("flip-horizontal", "flip-vertical")
METHODS = (*FLIPS, "erase", "noise", "brightness", "contrast")
EXPORT_FILE = "dataset.zip"
# About two minutes of one core, and 3 GB of PNG: noise hardly compresses.
GENERATED_PIXELS = 1_000_000_000


@dataclass(frozen=True)
class Ingestion:
    """What to make of an upload; ``format`` None means: find out.

    ``annotated_on``: how photos with an EXIF orientation lay when they were annotated; None: as the sizes tell.
    """

    calibration_percent: int = CALIBRATION_PERCENT
    format: str | None = None
    annotated_on: str | None = None


@dataclass(frozen=True)
class Generation:
    """Which images to make; ``width`` and ``height`` in pixels, ``channels`` 1 (gray) or 3 (RGB)."""

    count: int
    width: int
    height: int
    channels: int = 3
    seed: int = 0
    calibration_percent: int = CALIBRATION_PERCENT


@dataclass(frozen=True)
class Subset:
    """Which images of a dataset to take: at most ``count`` of those with something of ``classes``, or of any.

    ``task``: whose classes; None: the first that the dataset is annotated for. ``split``: all, or one of the parts.
    """

    count: int | None = None
    classes: tuple[str, ...] = ()
    task: str | None = None
    split: str = "all"
    seed: int = 0


@dataclass(frozen=True)
class Augmentation:
    """How images are changed: each of ``methods`` makes ``copies`` of each image, a flip one.

    ``erase``: share of the image that is hidden; ``noise``: its standard deviation, in levels of 255; ``light``: the
    share by which brightness or contrast change at most. ``originals``: whether the images themselves stay.
    """

    methods: tuple[str, ...]
    copies: int = 1
    erase: float = 0.1
    noise: float = 12.0
    light: float = 0.3
    originals: bool = True
    seed: int = 0

    @property
    def factor(self) -> int:
        """How many images become of one."""
        return self.originals + sum(1 if method in FLIPS else self.copies for method in self.methods)


@dataclass(frozen=True)
class Export:
    """Which layout a dataset is written in."""

    format: str
