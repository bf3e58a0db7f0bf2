"""An ONNX file as protobuf itself reads it, and every tensor in it, wherever it hides.

Parsed by the classes that the `onnx` package generated, never by its loaders: those follow external data.
What another parser may see in the bytes is of no interest, since it is only given what these classes write.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import DecodeError, Message
from onnx import GraphProto, TensorProto
from onnx import ModelProto as ModelProto  # for those who name what `parse` returns
from workbench.ir.refusals import BrokenModel

LARGEST_BYTES = 2**31 - 1  # of one protobuf message, in every implementation
DEEPEST_GRAPHS = 8  # branches and loops inside each other; exporters stay below four
MOST_PARTS = 1_000_000  # nodes, tensors, attributes; the largest vision models have some ten thousand
_AGAIN = "Export it again, or upload it again whole."


def parse(path: Path, called: str) -> ModelProto:
    """The model without what its schema does not know. Raises BrokenModel; messages say ``called`` of it."""
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise BrokenModel(
            f"{called}: it has {size} bytes, an ONNX file at most {LARGEST_BYTES}. Save its weights as "
            "external data beside it.",
            file=called,
        )
    model = ModelProto()
    try:
        with path.open("rb") as file, _mapped(file.fileno(), size) as data:
            model.ParseFromString(data)
    except DecodeError as error:
        raise BrokenModel(
            f"{called}: the ONNX file is damaged or cut off: its {size} bytes are no whole model, "
            f"or its graphs are nested too deep. {_AGAIN}",
            file=called,
        ) from error
    if not model.HasField("graph"):
        raise BrokenModel(f"{called}: the ONNX file has no graph, it may be cut off. {_AGAIN}", file=called)
    model.DiscardUnknownFields()
    return model


def tensors(model: ModelProto, called: str) -> Iterator[TensorProto]:
    """Every tensor of the model: in graphs, branches, functions, attributes. Raises BrokenModel for too many."""
    left = MOST_PARTS
    waiting: list[tuple[Any, int]] = [(model, 0)]
    while waiting:
        message, depth = waiting.pop()
        if isinstance(message, TensorProto):
            yield message
            continue
        depth += isinstance(message, GraphProto)
        inside = list(_inside(message))
        left -= len(inside)
        if depth > DEEPEST_GRAPHS + 1 or left < 0:
            raise BrokenModel(f"{called}: {_too_much(left < 0)} Export it with less control flow.", file=called)
        waiting += [(part, depth) for part in reversed(inside)]


def _too_much(parts: bool) -> str:
    if parts:
        return f"it has more than {MOST_PARTS:,} operations, attributes and tensors."
    return f"its branches and loops are nested too deep: at most {DEEPEST_GRAPHS} inside each other are accepted."


def _mapped(descriptor: int, size: int) -> memoryview:
    return memoryview(mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) if size else b"")


def _inside(message: Message) -> Iterator[Any]:
    """The messages in this one that are tensors or may hold some."""
    for field in _ways_to_tensors(message.DESCRIPTOR):
        value = getattr(message, field.name)
        if field.is_repeated:
            yield from value
        elif message.HasField(field.name):
            yield value


@cache
def _ways_to_tensors(message: Descriptor) -> tuple[FieldDescriptor, ...]:
    """By the schema, so that a field of the next ONNX release is not forgotten."""
    return tuple(
        field for field in message.fields if field.message_type and _holds_tensors(field.message_type, frozenset())
    )


def _holds_tensors(message: Descriptor, seen: frozenset[str]) -> bool:
    if message.full_name == TensorProto.DESCRIPTOR.full_name:
        return True
    seen |= {message.full_name}
    return any(
        _holds_tensors(field.message_type, seen)
        for field in message.fields
        if field.message_type and field.message_type.full_name not in seen
    )
