"""How pictures go into the models that are published for a head, where nobody says it. Standard library only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FLOATS = ("f32", "f16", "bf16", "f64")
COLORS = {"RGB": "red, green, blue", "BGR": "blue, green, red"}
Numbers = tuple[float, float, float]


@dataclass(frozen=True)
class Usual:
    """``mean`` and ``scale`` are of ``color``'s channels in their order; None: pixels go in as they are, 0 to 255.

    ``resize``: None where the task's own way is usual.
    """

    color: str = "RGB"
    mean: Numbers | None = None
    scale: Numbers | None = None
    resize: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As ``GET /v1/tasks`` has it."""
        numbers = {name: _turned(getattr(self, name), False) for name in ("mean", "scale")}
        return {"words": self.words, "color": self.color, **numbers, "resize": self.resize}

    @property
    def words(self) -> str:
        """A sentence."""
        resized = f"; resized by {self.resize}" if self.resize else ""
        return f"Usual: {pixels_in_words(self.mean, self.scale)}, as {COLORS[self.color]}{resized}."

    def unsaid(self, said: Mapping[str, Any], built_in: Collection[str] = ()) -> dict[str, Any]:
        """The fields of a preparation of which nobody said anything; who says a mean has a scale of their own, too.

        ``said``: fields that have the last word. ``built_in``: the steps that the model does itself.
        """
        found: dict[str, Any] = {}
        if not {"color", "reverse_channels"} & {*said, *built_in}:
            found["color"] = self.color
        if not {"mean", "scale"} & {*said, *built_in}:
            turned = (said.get("color", self.color) != self.color) != ("reverse_channels" in built_in)
            found |= {name: _turned(getattr(self, name), turned) for name in ("mean", "scale")}
        if self.resize and not {"resize", "short_side"} & {*said}:
            found["resize"] = self.resize
        return found


def pixels_in_words(mean: Sequence[float] | None, scale: Sequence[float] | None) -> str:
    """What becomes of a pixel's 0 to 255."""
    if not mean and not scale:
        return "pixels go in as they are, 0 to 255, without mean and scale"
    if not mean and tuple(scale or ()) == ZERO_TO_ONE:
        return "pixels go in from 0 to 1"
    steps = [f"less {_listed(mean)}"] if mean else []
    return f"pixels go in {' and '.join([*steps, *([f'divided by {_listed(scale)}'] if scale else [])])}"


def _listed(numbers: Sequence[float]) -> str:
    return ", ".join(f"{number:g}" for number in numbers)


def _turned(numbers: Numbers | None, turned: bool) -> list[float] | None:
    return list(numbers[::-1] if turned else numbers) if numbers else None


ZERO_TO_ONE = (255.0, 255.0, 255.0)  # a scale
IMAGENET = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)  # mean and scale of RGB
# As Ultralytics trains and exports them.
YOLO = Usual(scale=ZERO_TO_ONE, resize="letterbox")
