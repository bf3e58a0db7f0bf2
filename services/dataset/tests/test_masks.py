"""What the pixels of a mask mean, whatever picture they are kept in."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from workbench.archives.entries import Entry
from workbench.dataset.masks import class_map
from workbench.dataset.reading.coding import IGNORED, Coding, Mask, numbered, voc_color
from workbench.tasks.semantic_segmentation import annotation

CLASSES = ["background", "cat", "dog"]
RED, GREEN, BLACK, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 0), (255, 255, 255)
COLORS = {BLACK: 0, RED: 1, GREEN: 2, WHITE: IGNORED}
BOTH = Coding(CLASSES, numbered(3), COLORS)
BY_VALUE, BY_COLOR = Coding(CLASSES, numbered(3)), Coding(CLASSES, colors=COLORS)
IDS = [[0, 1, 2], [255, 2, 1]]
PICTURE = [[BLACK, RED, GREEN], [WHITE, GREEN, RED]]


def read(data: bytes, coding: Coding = BOTH) -> list[list[int]]:
    found = class_map(Mask(Entry("mask.png", len(data), lambda: data), coding))
    assert found.dtype == np.uint8
    return found.tolist()


def stored(width: int, height: int, bits: int, kind: int, rows: bytes, more: bytes = b"") -> bytes:
    """A PNG of rows that already have their filter bytes: of depths that Pillow does not write."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    end = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more + end


def test_255_is_ignored_here_as_in_the_annotation() -> None:
    assert IGNORED == annotation.IGNORED


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "TIFF"])
def test_gray_levels_are_ids(png: Callable, kind: str) -> None:
    assert read(png(IDS, kind=kind)) == IDS


def test_sixteen_bits_are_taken_where_their_values_are_known(png: Callable) -> None:
    instances = Coding(CLASSES, {**numbered(3), 1001: 1, 2002: 2})

    assert read(png(np.array([[0, 1001, 2002]], np.uint16)), instances) == [[0, 1, 2]]


def test_sixteen_bits_of_an_unknown_value_are_refused_by_the_pixel(png: Callable) -> None:
    assert refusal(png(np.array([[0, 1, 256]], np.uint16))) == (
        "pixel (2, 0) has the value 256, which no class has; known are 0 to 2, 255"
    )


@pytest.mark.parametrize(
    ("bits", "row", "ids"),
    [
        (1, 0b01000000, [0, 1, 0]),
        (2, 0b00011000, [0, 1, 2]),
    ],
)
def test_a_gray_level_of_few_bits_is_the_id_itself(bits: int, row: int, ids: list[int]) -> None:
    assert read(stored(3, 1, bits, 0, bytes([0, row])), BY_VALUE) == [ids]


def test_four_bits_are_ids_or_as_bright_as_they_are_shown() -> None:
    data = stored(3, 1, 4, 0, bytes([0, 0x01, 0x20]))

    assert read(data) == [[0, 1, 2]]
    assert read(data, Coding(CLASSES, colors={BLACK: 0, (17,) * 3: 2, (34,) * 3: 1})) == [[0, 2, 1]]


def test_black_and_white_may_be_colours(png: Callable) -> None:
    two = Coding(["a", "b"], colors={BLACK: 0, WHITE: 1})

    assert read(png([[0, 255]]), two) == [[0, 1]]
    assert read(stored(2, 1, 1, 0, bytes([0, 0b01000000])), two) == [[0, 1]]


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_colours_are_looked_up(png: Callable, kind: str) -> None:
    assert read(png(PICTURE, kind=kind)) == IDS


def test_alpha_does_not_count(png: Callable) -> None:
    seen = [[(*color, alpha) for color, alpha in zip(row, (0, 128, 255), strict=True)] for row in PICTURE]
    gray = np.dstack([np.array(IDS, np.uint8), np.full((2, 3), 7, np.uint8)])
    file = io.BytesIO()
    Image.fromarray(gray, "LA").save(file, "PNG")

    assert read(png(seen)) == IDS
    assert read(file.getvalue()) == IDS


def test_a_palette_counts_by_its_colours_where_all_that_are_used_are_known(png: Callable) -> None:
    assert read(png([[0, 1, 2], [3, 2, 1]], palette=[GREEN, BLACK, RED, WHITE])) == [[2, 0, 1], [255, 1, 0]]


@pytest.mark.parametrize("palette", [[(i, i, i) for i in range(256)], [(9, 9, 9), (8, 8, 8), RED]])
def test_a_palette_of_other_colours_counts_by_its_indexes(png: Callable, palette: list) -> None:
    assert read(png([[0, 1, 2]], palette=palette)) == [[0, 1, 2]]


def test_a_palette_may_be_mere_decoration(png: Callable) -> None:
    ids_first = Coding(CLASSES, numbered(3), COLORS, by_palette=False)

    assert read(png([[0, 1, 2]], palette=[GREEN, BLACK, RED]), ids_first) == [[0, 1, 2]]
    assert read(png([[0, 1, 9]], palette=[GREEN, BLACK, *[RED] * 9]), ids_first) == [[2, 0, 1]]


def test_a_gif_counts_by_the_gray_of_its_palette_whose_indexes_mean_nothing(png: Callable) -> None:
    assert read(png([[0, 2, 255]], kind="GIF")) == [[0, 2, 255]]
    assert refusal(png([[0, 3]], kind="GIF")).startswith("pixel (1, 0) has the colour (3, 3, 3)")


def test_the_palette_of_voc_is_both() -> None:
    assert [voc_color(label) for label in (0, 1, 15, 20, 255)] == [
        (0, 0, 0),
        (128, 0, 0),
        (192, 128, 128),
        (0, 64, 128),
        (224, 224, 192),
    ]


def test_an_interlaced_png_is_read() -> None:
    levels, passes = np.arange(64).reshape(8, 8) % 3, ""
    for left, top, right, down in (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ):
        for row in levels[top::down, left::right]:
            passes += bytes([0, *row.tolist()]).hex()
    data = bytearray(stored(8, 8, 8, 0, bytes.fromhex(passes)))
    data[28] = 1  # Adam7
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))

    assert read(bytes(data)) == levels.tolist()


def test_gray_colours_are_ids_where_colours_mean_nothing(png: Callable) -> None:
    assert read(png([[(0, 0, 0), (1, 1, 1), (2, 2, 2)]]), BY_VALUE) == [[0, 1, 2]]


def refusal(data: bytes, coding: Coding = BOTH) -> str:
    with pytest.raises(ValueError, match=".") as refused:
        read(data, coding)
    return str(refused.value)


def test_a_colour_of_no_class_is_told_with_its_pixel_and_those_that_are_known(png: Callable) -> None:
    assert refusal(png([[BLACK, RED], [(9, 8, 7), (9, 8, 6)]])) == (
        "pixel (0, 1) has the colour (9, 8, 7), which no class has (2 pixels are of no class); "
        "known are background (0, 0, 0), cat (255, 0, 0), dog (0, 255, 0)"
    )


def test_of_many_colours_a_few_are_told(png: Callable) -> None:
    many = Coding([f"c{label}" for label in range(21)], colors={voc_color(label): label for label in range(21)})

    assert refusal(png([[(1, 2, 3)]]), many).endswith("c4 (0, 0, 128) and 16 more")


def test_an_id_beyond_the_classes_is_told_with_its_pixel(png: Callable) -> None:
    assert refusal(png([[0, 3]])) == "pixel (1, 0) has the value 3, which no class has; known are 0 to 2, 255"


def test_an_index_of_no_class_is_told_by_its_colour_and_place(png: Callable) -> None:
    assert refusal(png([[0, 4]], palette=[BLACK, RED, GREEN, WHITE, (1, 2, 3)])).startswith(
        "pixel (1, 0) has the colour (1, 2, 3) (index 4 of the palette), which no class has; known are background"
    )


def test_an_index_beyond_the_palette_is_refused() -> None:
    palette = struct.pack(">I", 3) + b"PLTE\xff\x00\x00" + struct.pack(">I", zlib.crc32(b"PLTE\xff\x00\x00"))

    assert "(0, 0)" in refusal(stored(1, 1, 8, 3, bytes([0, 9]), palette))


def test_colours_are_refused_where_only_ids_mean_something(png: Callable) -> None:
    assert refusal(png([[BLACK, RED]]), BY_VALUE) == (
        "pixel (1, 0) has the colour (255, 0, 0), but nothing tells what colours mean; "
        "the mask must hold ids of classes: known are 0 to 2, 255"
    )


def test_a_level_that_is_no_colour_is_refused_where_only_colours_mean_something(png: Callable) -> None:
    assert refusal(png([[0, 1]]), BY_COLOR).startswith("pixel (1, 0) has the colour (1, 1, 1), which no class has;")


@pytest.mark.parametrize("rows", [IDS, PICTURE])
def test_a_jpeg_is_refused_since_it_is_not_exact(png: Callable, rows: Any) -> None:
    assert refusal(png(rows, kind="JPEG")).startswith("a JPEG does not keep the exact value of a pixel")


def test_colours_of_sixteen_bits_are_refused_rather_than_halved() -> None:
    data = stored(1, 1, 16, 2, bytes([0, 0, 1, 0, 1, 0, 1]))

    assert refusal(data) == "16 bits a sample are read of gray masks alone; in colours there must be 8"


def test_other_kinds_of_pixels_are_refused(png: Callable) -> None:
    file = io.BytesIO()
    Image.new("F", (2, 2)).save(file, "TIFF")

    assert refusal(file.getvalue()).startswith("32 bits a sample")


@pytest.mark.parametrize(("data", "reason"), [(b"", "the file is empty"), (b"no picture", "not an image of a known")])
def test_what_is_no_picture_is_no_mask(data: bytes, reason: str) -> None:
    assert refusal(data).startswith(reason)


def test_a_mask_that_is_cut_short_is_refused(png: Callable) -> None:
    data = png(np.arange(4096).reshape(64, 64) % 3)

    assert refusal(data[: len(data) // 2]).startswith("broken image: ")
