"""What a PaddlePaddle program says of its weights, and what its weights' file says of itself.

The field numbers are those of framework.proto. The weights are one after another in the order of their names, each
behind its own description.
"""

from __future__ import annotations

import struct

from workbench.model_registry.formats._protobuf import BYTES, VARINT, ProtobufError, Value, fields

_BLOCK, _INDEX, _VARIABLE = 1, 1, 3
_NAME, _KIND, _PERSISTABLE = 1, 2, 3
_KIND_WORD, _TENSOR, _DESCRIPTION, _DIMENSION = 1, 3, 1, 2
_IS_TENSOR = 7
_HEADER = struct.Struct("<IQIi")  # version, levels of detail, version of the tensor, bytes of its description
# framework.proto's VarType to bytes: bool, int16/32/64, fp16/32/64, uint8, int8, bf16
_ELEMENT_BYTES = {0: 1, 1: 2, 2: 4, 3: 8, 4: 2, 5: 4, 6: 8, 20: 1, 21: 1, 22: 2}

Shape = tuple[int, ...]


def is_program(message: memoryview) -> bool:
    """Whether the bytes begin with a block whose own number is 0."""
    try:
        number, wire, block = next(fields(message, cut_off=True), (0, 0, 0))
        if (number, wire) != (_BLOCK, BYTES):
            return False
        return next(fields(_message(block), cut_off=True), None) == (_INDEX, VARINT, 0)
    except ProtobufError:
        return False


def parameters(program: memoryview) -> dict[str, Shape]:
    """The variables that have their values from a file, with their shapes. Raises ProtobufError."""
    blocks = [_message(value) for number, wire, value in fields(program) if (number, wire) == (_BLOCK, BYTES)]
    found = dict[str, Shape]()
    for number, wire, value in fields(blocks[0]):
        if (number, wire) == (_VARIABLE, BYTES):
            found |= _parameter(_message(value))
    return found


def tensors(weights: memoryview) -> list[Shape] | None:
    """The shapes in a file of weights, in order; None when it is no such file, or not whole."""
    found, place = list[Shape](), 0
    while place < len(weights):
        if place + _HEADER.size > len(weights):
            return None
        version, levels, _, size = _HEADER.unpack_from(weights, place)
        place += _HEADER.size
        if version or levels or not 0 < size <= len(weights) - place:
            return None
        try:
            kind, shape = _described(weights[place : place + size])
        except ProtobufError:
            return None
        place += size + _ELEMENT_BYTES.get(kind, 0) * _elements(shape)
        found.append(shape)
    return found if place == len(weights) else None


def _parameter(variable: memoryview) -> dict[str, Shape]:
    said = {number: value for number, _, value in fields(variable)}
    if not said.get(_PERSISTABLE):
        return {}
    kind = {number: value for number, _, value in fields(_message(said.get(_KIND, 0)))}
    if kind.get(_KIND_WORD) != _IS_TENSOR:
        return {}
    tensor = {number: value for number, _, value in fields(_message(kind.get(_TENSOR, 0)))}
    _, shape = _described(_message(tensor.get(_DESCRIPTION, 0)))
    return {bytes(_message(said.get(_NAME, 0))).decode(errors="replace"): shape}


def _described(description: memoryview) -> tuple[int, Shape]:
    kind, shape = -1, list[int]()
    for number, wire, value in fields(description):
        if wire == VARINT and isinstance(value, int):
            if number == _DIMENSION:
                shape.append(value)
            else:
                kind = value
    return kind, tuple(shape)


def _elements(shape: Shape) -> int:
    product = 1
    for size in shape:
        product *= size
    return product


def _message(value: Value) -> memoryview:
    if not isinstance(value, memoryview):
        raise ProtobufError("a message is missing where there must be one")
    return value
