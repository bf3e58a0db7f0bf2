"""The recipe: what a computation must know about a model besides its bytes. Standard library only.

A recipe travels as JSON, inside manifests and deployment packages; this very file is shipped in a package,
so it imports nothing but the standard library. Whoever holds a :class:`Recipe` holds a valid one.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

TASKS = ("classification", "generic")
LAYOUTS = ("NCHW", "NHWC")
RESIZES = ("stretch", "crop", "letterbox")
INTERPOLATIONS = ("bilinear", "bicubic", "nearest")
COLORS = ("RGB", "BGR", "GRAY")

# An input larger than this is a mistake: one float32 image of it would take 768 MiB.
LARGEST_SIDE = 8192
LARGEST_TOP_K = 100
LARGEST_LABEL_OFFSET = 1000
# Beyond these, float32 would know no difference, or divide by nothing.
LARGEST_NUMBER = 1e6
SMALLEST_SCALE = 1e-6


class BadRecipe(ValueError):
    """The recipe can't be used; ``field`` is the JSON path at fault, the message says what is accepted."""

    def __init__(self, field: str, accepted: str, got: object) -> None:
        super().__init__(f"recipe field {field}: {accepted}, not {_shown(got)}")
        self.field = field


@dataclass(frozen=True)
class ModelInput:
    """The one image input of the model: its name and the size of the picture it takes, in pixels."""

    name: str
    width: int
    height: int
    channels: int
    layout: str

    def __post_init__(self) -> None:
        _check_text("input.name", self.name)
        _check_int("input.width", self.width, 1, LARGEST_SIDE)
        _check_int("input.height", self.height, 1, LARGEST_SIDE)
        if isinstance(self.channels, bool) or self.channels not in (1, 3):
            raise BadRecipe("input.channels", "must be 1 or 3", self.channels)
        _check_choice("input.layout", self.layout, LAYOUTS)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """The tensor of one image, batch first, in the model's layout."""
        if self.layout == "NCHW":
            return (1, self.channels, self.height, self.width)
        return (1, self.height, self.width, self.channels)


@dataclass(frozen=True)
class Recipe:
    """How a picture becomes the model's input, and what the output means.

    ``mean`` and ``scale`` hold one number a channel in the order of ``color``: (x - mean) / scale on 0..255.
    ``short_side`` belongs to ``crop``. ``label_offset`` is how many of the model's first classes
    (a background class) stand before class 0 of the dataset.
    """

    task: str
    input: ModelInput
    labels: tuple[str, ...] | None = None
    resize: str = "crop"
    short_side: int | None = None
    interpolation: str = "bilinear"
    color: str = "RGB"
    mean: tuple[float, ...] | None = None
    scale: tuple[float, ...] | None = None
    output: str | None = None
    label_offset: int = 0
    top_k: int = 5

    def __post_init__(self) -> None:
        _check_choice("task", self.task, TASKS)
        _check_choice("resize", self.resize, RESIZES)
        _check_choice("interpolation", self.interpolation, INTERPOLATIONS)
        _check_choice("color", self.color, COLORS)
        _check_int("label_offset", self.label_offset, 0, LARGEST_LABEL_OFFSET)
        _check_int("top_k", self.top_k, 1, LARGEST_TOP_K)
        if self.output is not None:
            _check_text("output", self.output)
        _check_labels(self.labels)
        self._check_short_side()
        self._check_channels()

    def _check_short_side(self) -> None:
        if self.short_side is None:
            return
        if self.resize != "crop":
            raise BadRecipe("short_side", f"must be null when resize is {self.resize}", self.short_side)
        # A shorter side than the crop would have to be enlarged again: certainly not what was meant.
        _check_int("short_side", self.short_side, min(self.input.width, self.input.height), 2 * LARGEST_SIDE)

    def _check_channels(self) -> None:
        channels = self.input.channels
        if (self.color == "GRAY") != (channels == 1):
            accepted = "GRAY" if channels == 1 else "RGB or BGR"
            raise BadRecipe("color", f"must be {accepted} when input.channels is {channels}", self.color)
        _check_per_channel("mean", self.mean, channels)
        _check_per_channel("scale", self.scale, channels)
        if self.scale is not None and any(abs(number) < SMALLEST_SCALE for number in self.scale):
            raise BadRecipe("scale", f"must hold no zero and nothing below {SMALLEST_SCALE:g}", list(self.scale))

    @property
    def crop_short_side(self) -> int:
        """Length in pixels the short side is resized to before a crop; ImageNet's 256 for 224 unless told."""
        if self.short_side is not None:
            return self.short_side
        return round(256 / 224 * min(self.input.width, self.input.height))

    def label(self, class_id: int) -> str | None:
        """The name of a dataset class; None without labels, for a background class, or beyond the list."""
        if self.labels is None or not 0 <= class_id < len(self.labels):
            return None
        return self.labels[class_id]

    @classmethod
    def from_json(cls, document: object) -> Recipe:
        """The recipe a JSON object describes; raises BadRecipe, naming the field, for anything else."""
        values = _exact_fields(cls, document, "recipe", "")
        values["input"] = ModelInput(**_exact_fields(ModelInput, values["input"], "input", "input."))
        for name in ("labels", "mean", "scale"):
            values[name] = _as_tuple(name, values.get(name))
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """The same recipe as JSON values, every field present."""
        document = asdict(self)
        for name in ("labels", "mean", "scale"):
            document[name] = None if document[name] is None else list(document[name])
        return document


def _exact_fields(kind: type[Any], document: object, path: str, prefix: str) -> dict[str, Any]:
    """The object's members, once none is unknown and none without a default is missing."""
    if not isinstance(document, dict):
        raise BadRecipe(path, "must be a JSON object", document)
    known = [field.name for field in fields(kind)]
    for name in document:
        if name not in known:
            accepted = f"is unknown; accepted here are {', '.join(known)}"
            raise BadRecipe(f"{prefix}{name}", accepted, document[name])
    required = ("task", "input") if kind is Recipe else tuple(known)
    for name in required:
        if name not in document:
            raise BadRecipe(f"{prefix}{name}", "is required", None)
    return dict(document)


def _as_tuple(name: str, value: object) -> tuple[Any, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        raise BadRecipe(name, "must be a list or null", value)
    return tuple(value)


def _check_text(field: str, value: object) -> None:
    if not isinstance(value, str) or not value:
        raise BadRecipe(field, "must be a text that is not empty", value)


def _check_int(field: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadRecipe(field, f"must be a whole number from {low} to {high}", value)


def _check_choice(field: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise BadRecipe(field, f"must be one of {', '.join(choices)}", value)


def _check_labels(labels: object) -> None:
    if labels is None:
        return
    if not isinstance(labels, tuple) or not labels or not all(isinstance(label, str) for label in labels):
        raise BadRecipe("labels", "must be a list of texts that is not empty, or null", labels)


def _check_per_channel(field: str, values: object, channels: int) -> None:
    if values is None:
        return
    if not isinstance(values, tuple) or len(values) != channels or not all(map(_is_number, values)):
        accepted = f"must be a list of {channels} numbers up to {LARGEST_NUMBER:,.0f}, one a channel, or null"
        raise BadRecipe(field, accepted, values)


def _is_number(value: object) -> bool:
    # False for NaN and infinity, too.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER


def _shown(value: object) -> str:
    """The value as a message may carry it: never a wall of text."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
