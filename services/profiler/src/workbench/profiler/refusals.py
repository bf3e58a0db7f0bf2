"""Every "no" of the profiler's core: the same request would meet the same answer again."""

from __future__ import annotations

from typing import Any

from workbench.runner.core import Refusal


class UnknownDevice(Refusal):
    """OpenVINO has no such device here; ``available`` lists those it has, ``cause`` says in a word why.

    Remedy: choose a device that is available, or do what is said to be missing; `workbench targets list`
    (`GET /v1/targets`) lists all.
    """


class PrecisionNotSupported(Refusal):
    """The device would execute in another precision than the one asked for.

    Remedy: ask for a precision that the device executes (`workbench targets list` names them); f32 works
    everywhere.
    """


class ImpossibleStreams(Refusal):
    """The device cannot run that many streams; ``most`` is how many it can.

    Remedy: ask for at most `most` streams, or leave `streams` out and let `hint` choose.
    """


class UnknownInput(Refusal):
    """A shape was given for an input the model does not have; ``inputs`` lists those it has.

    Remedy: use one of the names in `inputs`.
    """


class DynamicShape(Refusal):
    """An input's shape is known only at run time and nobody said which to measure; ``input`` names it.

    Remedy: give `input` a shape with every dimension a number, `--shape NAME=1,3,224,224` (`shapes`).
    """


class ShapeNotSupported(Refusal):
    """The model cannot take the shapes asked for.

    Remedy: try the shape the model was trained with; `detail` has OpenVINO's own reason.
    """


class BatchNotSupported(Refusal):
    """The model has no dimension that could hold the batch, or cannot take that many.

    Remedy: profile with a batch of 1, or convert the model with a layout that has N.
    """


class InputNotSupported(Refusal):
    """No data can be made up for an input of this element type; ``input`` names it.

    Remedy: convert the model so that `input` has one of the element types that `detail` lists.
    """


class TensorNotReadable(Refusal):
    """A file is no array that a model could be fed with.

    Remedy: write it with `numpy.save`, one array of numbers a file.
    """


class TensorDoesNotFit(Refusal):
    """An array cannot be an input of the model: its shape, element type or values are others; ``input`` names it.

    Remedy: save the array as the input is described by `workbench models show` (`inputs` of the model's facts).
    """


class CompileFailed(Refusal):
    """OpenVINO read the model but could not compile it for the device.

    Remedy: try another device or precision; `detail` has OpenVINO's own reason, the job's log the rest.
    """


class InferenceFailed(Refusal):
    """The compiled model failed while it ran.

    Remedy: check that the model takes inputs of the shapes measured; the job's log has OpenVINO's words.
    """


class LaunchDied(Refusal):
    """A measuring process was killed before it could answer; ``signal`` says by what.

    Remedy: try a smaller batch or fewer streams; if it happens again, the job's log says more.
    """


class OutOfMemory(Refusal):
    """The measurement needed more memory than it may use.

    Remedy: use a smaller batch, fewer streams or smaller shapes.
    """


def restored(kind: str, detail: str, facts: dict[str, Any]) -> Refusal:
    """A refusal that crossed from a measuring process, with the class name it left there with."""
    return type(kind, (Refusal,), {"__doc__": "Raised in a measuring process."})(detail, **facts)
