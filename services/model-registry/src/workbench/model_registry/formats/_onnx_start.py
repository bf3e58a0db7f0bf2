"""Whether bytes begin as an ONNX model does: only to tell it from other files, whole or damaged.

The field numbers are those of onnx.proto, which never change once released. What the model says is read by
protobuf itself (``workbench.ir.onnx_model``); this has to recognise what protobuf refuses, too.
"""

from __future__ import annotations

from workbench.model_registry.formats._protobuf import BYTES, VARINT, ProtobufError, Value, fields

_IR_VERSION, _PRODUCER, _PRODUCER_VERSION, _DOMAIN, _GRAPH, _OPSET = 1, 2, 3, 4, 7, 8
_MODEL = {
    _IR_VERSION: VARINT,
    _PRODUCER: BYTES,
    _PRODUCER_VERSION: BYTES,
    _DOMAIN: BYTES,
    5: VARINT,
    6: BYTES,
    _GRAPH: BYTES,
    _OPSET: BYTES,
    14: BYTES,
    20: BYTES,
    25: BYTES,
    26: BYTES,
}
_NEWEST_IR_VERSION = 1000  # far beyond today's 13: only to tell a model from chance
_LONGEST_PRODUCER = 4096  # a TensorFlow SavedModel starts with the same two fields, its second is the model


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


def _plausible(number: int, value: Value) -> bool:
    if isinstance(value, int):
        return number != _IR_VERSION or value <= _NEWEST_IR_VERSION
    return number not in (_PRODUCER, _PRODUCER_VERSION, _DOMAIN) or len(value) <= _LONGEST_PRODUCER
