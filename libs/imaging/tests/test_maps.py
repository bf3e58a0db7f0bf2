"""A map of bytes survives the way through text; what is none is refused before it costs anything."""

from __future__ import annotations

import base64
import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image
from workbench.imaging.maps import decode_map, encode_map, map_size


def text_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def png(width: int, height: int, bits: int = 8, colour: int = 0, data: bytes = b"") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    body = zlib.compress(data) if data else b""
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def saved(mode: str) -> str:
    file = io.BytesIO()
    Image.new(mode, (4, 3)).save(file, "PNG")
    return text_of(file.getvalue())


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (1, 400), (400, 1)])
def test_every_byte_survives(shape: tuple[int, int]) -> None:
    levels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)

    text = encode_map(levels)

    np.testing.assert_array_equal(decode_map(text), levels)
    assert map_size(text) == (shape[1], shape[0])
    assert encode_map(levels.copy()) == text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "base64 of a PNG"),
        (7, "base64 of a PNG"),
        ([], "base64 of a PNG"),
        ("", "not a PNG"),
        ("!!!!", "not base64"),
        ("ü", "not base64"),
        (text_of(b"GIF89a" + bytes(60)), "not a PNG"),
        (text_of(png(4, 3)[:18]), "not a PNG"),
        (saved("RGB"), "one channel of 8 bits, not 8 bits and the PNG colour type 2"),
        (saved("P"), "colour type 3"),
        (saved("LA"), "colour type 4"),
        (saved("I;16"), "not 16 bits"),
        (saved("1"), "not 1 bits"),
        (text_of(png(4, 3)), "broken PNG"),
        (text_of(png(4, 3, data=bytes(15))[:-30]), "broken PNG"),
        (text_of(png(0, 3)), "has 0×3 pixels"),
        (text_of(png(2**31 - 1, 2**31 - 1)), "pixels; 1 to 64,000,000"),
    ],
)
def test_what_is_no_such_map_is_refused_in_words(text: object, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        decode_map(text)


def test_a_bomb_costs_no_memory() -> None:
    bomb = text_of(png(40_000, 40_000, data=bytes(10_000_000)))
    tracemalloc.start()

    with pytest.raises(ValueError, match="40000×40000"):
        decode_map(bomb)

    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
