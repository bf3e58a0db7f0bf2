"""How a picture becomes a model's input: the image side of a recipe. Standard library only."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from workbench.imaging.fields import (
    BadRecipe,
    as_tuple,
    check_choice,
    check_int,
    check_per_channel,
    check_text,
    exact,
)

LAYOUTS = ("NCHW", "NHWC")
RESIZES = ("stretch", "crop", "letterbox", "keep")
INTERPOLATIONS = ("bilinear", "bicubic", "nearest")
COLORS = ("RGB", "BGR", "GRAY")
ORIENTATIONS = ("stored", "exif")

# An input larger than this is a mistake: one float32 image of it would take 768 MiB.
LARGEST_SIDE = 8192
LARGEST_MULTIPLE = 256
# What may hold an image; whether it does is for the decoder to say.
IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff"})
LARGEST_PIXELS = 64_000_000  # of a picture, as it is decoded
SMALLEST_SCALE = 1e-6  # what is divided by less is divided by nothing


@dataclass(frozen=True)
class ModelInput:
    """The one image input of the model: its name and the size of the picture it takes, in pixels.

    Where pictures keep their own size, it is that of pictures that are made up.
    """

    name: str
    width: int
    height: int
    channels: int
    layout: str

    def __post_init__(self) -> None:
        check_text("input.name", self.name)
        check_int("input.width", self.width, 1, LARGEST_SIDE)
        check_int("input.height", self.height, 1, LARGEST_SIDE)
        if isinstance(self.channels, bool) or self.channels not in (1, 3):
            raise BadRecipe("input.channels", "must be 1 or 3", self.channels)
        check_choice("input.layout", self.layout, LAYOUTS)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """The tensor of one image, batch first, in the model's layout."""
        if self.layout == "NCHW":
            return (1, self.channels, self.height, self.width)
        return (1, self.height, self.width, self.channels)


@dataclass(frozen=True)
class Preparation:
    """What happens to a picture before the model sees it. Whoever holds one holds a valid one.

    ``mean`` and ``scale`` hold one number a channel in the order of ``color``: (x - mean) / scale on 0..255.
    ``keep``: each picture in its own size, into a model that leaves height and width open; continued to the right and
    below until both are multiples of ``multiple``, where a model halves and doubles them.
    ``short_side`` belongs to ``crop``. ``orientation``: as the picture is stored, or turned as its EXIF data says.
    """

    input: ModelInput
    resize: str = "crop"
    short_side: int | None = None
    interpolation: str = "bilinear"
    color: str = "RGB"
    mean: tuple[float, ...] | None = None
    scale: tuple[float, ...] | None = None
    orientation: str = "stored"
    multiple: int = 1

    def __post_init__(self) -> None:
        check_choice("resize", self.resize, RESIZES)
        check_choice("interpolation", self.interpolation, INTERPOLATIONS)
        check_choice("color", self.color, COLORS)
        check_choice("orientation", self.orientation, ORIENTATIONS)
        self._check_short_side()
        self._check_multiple()
        self._check_channels()

    def _check_short_side(self) -> None:
        if self.short_side is None:
            return
        if self.resize != "crop":
            raise BadRecipe("short_side", f"must be null when resize is {self.resize}", self.short_side)
        # A shorter side than the crop would have to be enlarged again: certainly not what was meant.
        check_int("short_side", self.short_side, min(self.input.width, self.input.height), 2 * LARGEST_SIDE)

    def _check_multiple(self) -> None:
        check_int("multiple", self.multiple, 1, LARGEST_MULTIPLE)
        if self.multiple != 1 and self.resize != "keep":
            raise BadRecipe("multiple", f"must be 1 when resize is {self.resize}", self.multiple)

    def _check_channels(self) -> None:
        channels = self.input.channels
        if (self.color == "GRAY") != (channels == 1):
            accepted = "GRAY" if channels == 1 else "RGB or BGR"
            raise BadRecipe("color", f"must be {accepted} when input.channels is {channels}", self.color)
        check_per_channel("mean", self.mean, channels)
        check_per_channel("scale", self.scale, channels)
        if self.scale is not None and any(abs(number) < SMALLEST_SCALE for number in self.scale):
            raise BadRecipe("scale", f"must hold no zero and nothing below {SMALLEST_SCALE:g}", list(self.scale))

    @property
    def any_size(self) -> bool:
        """Whether the input is as large as each picture."""
        return self.resize == "keep"

    @property
    def crop_short_side(self) -> int:
        """Length in pixels the short side is resized to before a crop; ImageNet's 256 for 224 unless told."""
        if self.short_side is not None:
            return self.short_side
        return round(256 / 224 * min(self.input.width, self.input.height))

    @classmethod
    def from_json(cls, document: object) -> Preparation:
        """What a JSON object describes; raises BadRecipe, naming the field, for anything else."""
        names = [field.name for field in fields(cls)]
        values = exact(document, names, ["input"], "preparation")
        inner = [field.name for field in fields(ModelInput)]
        values["input"] = ModelInput(**exact(values["input"], inner, inner, "input", "input."))
        for name in ("mean", "scale"):
            values[name] = as_tuple(name, values.get(name))
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """The same as JSON values, every field present."""
        document = asdict(self)
        for name in ("mean", "scale"):
            document[name] = None if document[name] is None else list(document[name])
        return document
