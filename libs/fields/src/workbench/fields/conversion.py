"""What a conversion may be asked for: of the converter itself, and where a model is converted once it is here."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow.validate import Length
from workbench.fields import shared
from workbench.fields.strict import Choice, Flag, Named, Number, Object, Whole
from workbench.fields.text import Text

Dimension = int | list[int]
PRECISIONS = ("FP32", "FP16")
ELEMENT_TYPES = ("u8", "i8", "u16", "i16", "i32", "i64", "f16", "f32")
RESIZES = ("linear", "cubic", "nearest")
_LARGEST = 3.4e38  # of float32
_DIMENSION = f"Must be a whole number from 1 to {shared.LARGEST_SIZE}, -1 for any, or [least, most]."
_SIZE = {"type": "integer", "minimum": 1, "maximum": shared.LARGEST_SIZE}
_RANGE = {"type": "array", "items": _SIZE, "minItems": 2, "maxItems": 2}


class DimensionField(ma.fields.Raw):
    """One dimension of a shape that may stay open."""

    default_error_messages = dict.fromkeys(("invalid", "null"), _DIMENSION)

    def __init__(self) -> None:
        super().__init__(metadata={"anyOf": [_SIZE, {"enum": [-1]}, _RANGE]})

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Dimension:
        if not ((value == -1 and type(value) is int) or _is_size(value) or _is_range(value)):
            raise self.make_error("invalid")
        return value


class InputSchema(Object):
    """What to change about one input; everything is optional."""

    shape = ma.fields.List(
        DimensionField(),
        load_default=None,
        validate=Length(max=32),
        metadata={"description": "The new shape; -1 keeps a dimension dynamic, [least, most] within limits."},
    )
    layout = Text(
        load_default=None, validate=Length(1, 16), metadata={"description": "Such as `NCHW`; `?` where unknown."}
    )
    mean = ma.fields.List(
        Number(-_LARGEST, _LARGEST),
        load_default=None,
        metadata={"description": "Subtracted per channel, in the order the model expects."},
    )
    scale = ma.fields.List(
        Number(-_LARGEST, _LARGEST),
        load_default=None,
        metadata={"description": "Divided by per channel after the mean, in the order the model expects."},
    )
    reverse_channels = Flag(
        load_default=False, metadata={"description": "The IR takes RGB where the model wants BGR, or vice versa."}
    )
    element_type = Choice(
        *ELEMENT_TYPES,
        load_default=None,
        allow_none=True,
        metadata={"description": "What the IR takes; it is converted to what the network takes."},
    )
    tensor_layout = Text(
        load_default=None,
        validate=Length(1, 16),
        metadata={"description": "Of what the IR takes, where that is not the network's `layout`: such as `NHWC`."},
    )
    resize = Choice(
        *RESIZES,
        load_default=None,
        allow_none=True,
        metadata={"description": "The IR takes pictures of any height and width, and resizes them so."},
    )
    value = ma.fields.List(
        Number(-_LARGEST, _LARGEST),
        load_default=None,
        validate=Length(1, 10_000),
        metadata={"description": "Freezes the input: these numbers, or one for all its elements; it is gone then."},
    )


def precision() -> Choice:
    """What the weights are stored in."""
    return Choice(*PRECISIONS, load_default="FP16", metadata={"description": "Of the stored weights."})


def outputs() -> ma.fields.List[str]:
    """Where the model ends."""
    return ma.fields.List(
        Text(validate=Length(1, 500)),
        load_default=list,
        validate=Length(max=100),
        metadata={"description": "Outputs to have instead of the model's own: names of outputs or of operations."},
    )


def batch() -> Whole:
    """How many pictures at once."""
    words = "Of every input, where its layout has N; a dimension of a `shape` that is given, too, must be the same."
    return Whole(1, 4096, load_default=None, allow_none=True, metadata={"description": words})


class ConversionOptions(Object):
    """Of which everything may be left out."""

    precision = precision()
    inputs = Named(
        keys=Text(),
        values=ma.fields.Nested(InputSchema),
        load_default=dict,
        metadata={"description": "Input name to what changes about it."},
    )
    outputs = outputs()
    batch = batch()


def _is_size(value: object) -> bool:
    return type(value) is int and 1 <= value <= shared.LARGEST_SIZE


def _is_range(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_size, value)) and value[0] <= value[1]
