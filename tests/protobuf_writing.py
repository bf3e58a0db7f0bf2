"""Bytes of protobuf messages, field by field, for formats whose own packages no test needs to install."""

from __future__ import annotations


def varint(value: int) -> bytes:
    """A number as protobuf writes it."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def number(field: int, value: int) -> bytes:
    """A field that is a number."""
    return varint(field << 3) + varint(value)


def block(field: int, *content: bytes | str) -> bytes:
    """A field that is text, bytes or a message."""
    data = b"".join(part.encode() if isinstance(part, str) else part for part in content)
    return varint(field << 3 | 2) + varint(len(data)) + data
