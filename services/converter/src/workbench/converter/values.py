"""What may be asked of a conversion, and the refusals that say why it cannot be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from workbench.runner.core import Refusal

Dimension = int | list[int]


class UnknownInput(Refusal):
    """The model has no input of that name: ``inputs`` lists those it has."""


class BadShape(Refusal):
    """The model does not work with the shape in ``field``."""


class BadLayout(Refusal):
    """The layout in ``field`` does not fit the input's dimensions, or does not say which are channels."""


class BadPreprocessing(Refusal):
    """``field`` is a mean, scale or channel order that the input cannot have."""


class BadPrecision(Refusal):
    """The model cannot be given the precision in ``field``."""


class OutputsDiffer(Refusal):
    """The converted model does not compute what its source does; ``operation`` is the first that differs.

    Remedy: export the model without that operation or the attribute of it that makes the difference, or with another
    opset; the exporter's documentation says how. If the source is right, it is a fault of OpenVINO worth reporting.
    """


class RoundingTooCoarse(Refusal):
    """Stored in half precision the model computes something else; ``half`` tells which weights lose values.

    Remedy: convert with precision FP32.
    """


class IgnoredAttribute(Refusal):
    """``operation`` has an attribute that OpenVINO does not honour, and no comparison says that it makes no difference.

    Remedy: export the model without that attribute.
    """


@dataclass(frozen=True)
class InputOptions:
    """What changes about one input; None leaves it as it is.

    ``mean`` and ``scale`` are per channel in the order the model expects, that is after ``reverse_channels``:
    the model then sees (x - mean) / scale.
    """

    shape: list[Dimension] | None = None
    layout: str | None = None
    mean: list[float] | None = None
    scale: list[float] | None = None
    reverse_channels: bool = False

    @property
    def preprocesses(self) -> bool:
        """Whether values change on their way in."""
        return self.mean is not None or self.scale is not None or self.reverse_channels


@dataclass(frozen=True)
class Options:
    """A conversion: the precision weights are stored in, and what changes about inputs, by name."""

    precision: str = "FP16"
    inputs: Mapping[str, InputOptions] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As the facts of what was made tell them."""
        return asdict(self)


@dataclass(frozen=True)
class Conversion:
    """Which file below ``inputs/model`` to convert, and how."""

    main_file: str
    options: Options
