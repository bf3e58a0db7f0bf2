"""What an ONNX file says of itself: producer, opsets, and which weights lie in other files.

The field numbers are those of onnx.proto, which never change once released. The `onnx` package is not
needed for this, and its reader would follow external data wherever it points.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workbench.model_registry.formats._protobuf import BYTES, VARINT, ProtobufError, Value, fields, text

_IR_VERSION, _PRODUCER, _PRODUCER_VERSION, _DOMAIN, _GRAPH, _OPSET = 1, 2, 3, 4, 7, 8
_MODEL = {
    _IR_VERSION: VARINT, _PRODUCER: BYTES, _PRODUCER_VERSION: BYTES, _DOMAIN: BYTES, 5: VARINT, 6: BYTES,
    _GRAPH: BYTES, _OPSET: BYTES, 14: BYTES, 20: BYTES, 25: BYTES, 26: BYTES,
}
_NEWEST_IR_VERSION = 1000   # far beyond today's 13: only to tell a model from chance
_LONGEST_PRODUCER = 4096    # a TensorFlow SavedModel starts with the same two fields, its second is the model

# Where a TensorProto can be: message → field number → message inside it.
_NESTED = {
    "model": {7: "graph", 25: "function"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
}
_DEEPEST = 100  # messages within messages; real models stay below twenty
_TENSOR_NAME, _EXTERNAL_DATA, _DATA_LOCATION, _EXTERNAL = 8, 13, 14, 1


@dataclass(frozen=True)
class Header:
    """The fields beside the graph. ``opset`` is version by domain."""

    ir_version: int
    producer: str
    opset: dict[str, int]
    has_graph: bool


@dataclass(frozen=True)
class ExternalData:
    """Weights kept in the file ``location``, at least up to byte ``end``."""

    tensor: str
    location: str
    end: int


def begins(model: memoryview) -> bool:
    """Whether the bytes begin as an ONNX model does, even if it is cut off in its graph."""
    if model[:1] != bytes([_IR_VERSION << 3 | VARINT]):
        return False
    try:
        for number, wire, value in fields(model):
            if _MODEL.get(number) != wire or not _plausible(number, value):
                return False
            if number in (_GRAPH, _OPSET):
                return True
    except ProtobufError as error:
        return error.field == _GRAPH
    return False


def header(model: memoryview) -> Header:
    """The fields beside the graph; raises ProtobufError when the file is damaged or cut off."""
    values: dict[int, Value] = {}
    opset: dict[str, int] = {}
    for number, _, value in fields(model):
        values[number] = value
        if number == _OPSET and isinstance(value, memoryview):
            entry = {field: content for field, _, content in fields(value)}
            opset[text(entry.get(1)) or "ai.onnx"] = _number(entry.get(2))
    producer = f"{text(values.get(_PRODUCER))} {text(values.get(_PRODUCER_VERSION))}"
    return Header(_number(values.get(_IR_VERSION)), producer.strip(), opset, _GRAPH in values)


def external_data(model: memoryview) -> list[ExternalData]:
    """Every tensor whose bytes lie in another file, those in branches and functions included."""
    return [found for tensor in _tensors(model, "model") if (found := _external(tensor))]


def _plausible(number: int, value: Value) -> bool:
    if isinstance(value, int):
        return number != _IR_VERSION or value <= _NEWEST_IR_VERSION
    return number not in (_PRODUCER, _PRODUCER_VERSION, _DOMAIN) or len(value) <= _LONGEST_PRODUCER


def _tensors(message: memoryview, kind: str, depth: int = 0) -> Iterator[memoryview]:
    if kind == "tensor":
        yield message
        return
    if depth > _DEEPEST:
        raise ProtobufError("its graphs are nested too deep")
    for number, _, value in fields(message):
        if number in _NESTED[kind] and isinstance(value, memoryview):
            yield from _tensors(value, _NESTED[kind][number], depth + 1)


def _external(tensor: memoryview) -> ExternalData | None:
    name, external, entries = "", False, {}
    for number, _, value in fields(tensor):
        if number == _TENSOR_NAME:
            name = text(value)
        elif number == _DATA_LOCATION:
            external = value == _EXTERNAL
        elif number == _EXTERNAL_DATA and isinstance(value, memoryview):
            entry = {field: text(content) for field, _, content in fields(value)}
            entries[entry.get(1, "")] = entry.get(2, "")
    if not external:
        return None
    end = sum(_decimal(entries.get(key, "0"), key) for key in ("offset", "length"))
    return ExternalData(name, entries.get("location", ""), end)


def _decimal(written: str, key: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) < 20):
        raise ProtobufError(f"the {key} of its external data is '{written[:40]}', not a number of bytes")
    return int(written)


def _number(value: Value | None) -> int:
    return value if isinstance(value, int) else 0
