"""Every "no" of the profiler's core: the same request would meet the same answer again."""

from __future__ import annotations

from typing import Any

from workbench.runner.core import Refusal


class BadSpec(Refusal):
    """A field of the specification has a value that cannot be measured; ``field`` names it."""


class UnknownDevice(Refusal):
    """OpenVINO has no such device here; ``available`` lists those it has."""


class PrecisionNotSupported(Refusal):
    """The device would execute in another precision than the one asked for."""


class ImpossibleStreams(Refusal):
    """The device cannot run that many streams; ``most`` is how many it can."""


class UnknownInput(Refusal):
    """A shape was given for an input the model does not have; ``inputs`` lists those it has."""


class DynamicShape(Refusal):
    """An input's shape is known only at run time and nobody said which to measure; ``input`` names it."""


class ShapeNotSupported(Refusal):
    """The model cannot take the shapes asked for."""


class BatchNotSupported(Refusal):
    """The model has no dimension that could hold the batch, or cannot take that many."""


class InputNotSupported(Refusal):
    """No data can be made up for an input of this element type; ``input`` names it."""


class CompileFailed(Refusal):
    """OpenVINO read the model but could not compile it for the device."""


class InferenceFailed(Refusal):
    """The compiled model failed while it ran."""


class LaunchDied(Refusal):
    """A measuring process was killed before it could answer; ``signal`` says by what."""


class OutOfMemory(Refusal):
    """The measurement needed more memory than it may use."""


def restored(kind: str, detail: str, facts: dict[str, Any]) -> Refusal:
    """A refusal that crossed from a measuring process, with the class name it left there with."""
    return type(kind, (Refusal,), {"__doc__": "Raised in a measuring process."})(detail, **facts)
