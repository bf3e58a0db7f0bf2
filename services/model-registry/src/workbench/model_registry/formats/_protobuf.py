"""Walking the fields of a protobuf message, without its schema and without copying it.

Enough to guess what kind of file it is, and no more: other readers may see something else in the same bytes.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_FIXED_SIZE = {FIXED64: 8, FIXED32: 4}

Value = int | memoryview


class ProtobufError(ValueError):
    """The bytes are not a whole protobuf message; ``field`` is the number it broke at, if it came so far."""

    def __init__(self, detail: str, field: int | None = None) -> None:
        super().__init__(detail)
        self.field = field


def mapped(path: Path) -> memoryview:
    """The file's bytes, read as they are touched."""
    if not path.stat().st_size:
        return memoryview(b"")
    with path.open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def fields(message: memoryview, *, cut_off: bool = False) -> Iterator[tuple[int, int, Value]]:
    """(number, wire type, value) of each field; a value is an int for varints, else its bytes.

    Raises ProtobufError where the message cannot be protobuf, or is cut off; with ``cut_off``, the last value
    is what is left of it.
    """
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        number, wire = tag >> 3, tag & 7
        if wire == VARINT:
            value, position = _varint(message, position, number)
            yield number, wire, value
            continue
        size, position = _size(message, position, number, wire)
        if position + size > len(message) and not cut_off:
            raise ProtobufError(
                f"field {number} should end at byte {position + size}, but only {len(message)} bytes are there", number
            )
        yield number, wire, message[position : position + size]
        position += size


def _size(message: memoryview, position: int, number: int, wire: int) -> tuple[int, int]:
    if wire == BYTES:
        return _varint(message, position, number)
    if wire not in _FIXED_SIZE:
        raise ProtobufError(f"field {number} has the impossible wire type {wire}", number)
    return _FIXED_SIZE[wire], position


def _varint(message: memoryview, position: int, number: int | None = None) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(message):
            raise ProtobufError(f"it ends inside a number at byte {position}", number)
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise ProtobufError(f"the number before byte {position} is longer than any may be", number)
