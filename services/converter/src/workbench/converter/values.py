"""What may be asked of a conversion, and the refusals that say why it cannot be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from workbench.runner.core import Refusal

Dimension = int | list[int]


def no_such_input(field: str, inputs: Sequence[str]) -> str:
    """What is told of a name that is none of the model's inputs, beforehand and in the core."""
    return f"{field}: the model has no such input; it has {', '.join(inputs)}."


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


class BadValue(Refusal):
    """The input in ``field`` cannot be frozen to that value."""


class UnknownOutput(Refusal):
    """``outputs`` names what the model does not compute; ``outputs`` lists those it has."""


class BadBatch(Refusal):
    """The model cannot be given that batch."""


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
    the model then sees (x - mean) / scale. ``element_type``, ``tensor_layout`` and ``resize`` are about what is given
    to the IR: numbers of that type, in that order of dimensions, pictures of any size. ``value`` freezes the input.
    """

    shape: list[Dimension] | None = None
    layout: str | None = None
    mean: list[float] | None = None
    scale: list[float] | None = None
    reverse_channels: bool = False
    element_type: str | None = None
    tensor_layout: str | None = None
    resize: str | None = None
    value: list[float] | None = None

    @property
    def preprocesses(self) -> bool:
        """Whether values change on their way in."""
        return self.mean is not None or self.scale is not None or self.reverse_channels

    @property
    def outside(self) -> bool:
        """Whether the IR is given something else than the network takes."""
        return self.element_type is not None or self.tensor_layout is not None or self.resize is not None


@dataclass(frozen=True)
class Options:
    """A conversion: the precision weights are stored in, and what changes about inputs, by name.

    ``outputs``: those to have instead of the model's own, none to keep them. ``batch``: of every input.
    """

    precision: str = "FP16"
    inputs: Mapping[str, InputOptions] = field(default_factory=dict)
    outputs: list[str] = field(default_factory=list)
    batch: int | None = None

    @property
    def finishes(self) -> bool:
        """Whether something is left to do once the model was compared with its source."""
        return bool(self.outputs) or any(asked.outside or asked.value is not None for asked in self.inputs.values())

    def to_json(self) -> dict[str, Any]:
        """As the facts of what was made tell them."""
        return asdict(self)


@dataclass(frozen=True)
class Conversion:
    """Which file below ``inputs/model`` to convert, and how."""

    main_file: str
    options: Options
