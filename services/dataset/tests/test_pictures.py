"""Which files are whole images of a sane size."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image
from workbench.archives.entries import Entry
from workbench.dataset.pictures import LARGEST_IMAGE_BYTES, look_at


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _png_header(width: int, height: int) -> bytes:
    """A PNG that declares a size and holds hardly any pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(bytes(100)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF"])
def test_every_common_format_is_taken_with_its_size(entry: Callable, image: Callable, kind: str) -> None:
    data = image(kind=kind, size=(20, 16))

    picture = look_at(entry("a", data))

    assert (picture.width, picture.height, picture.animated, picture.data) == (20, 16, False, data)


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "I;16", "1", "P"])
def test_every_common_mode_is_taken(entry: Callable, mode: str) -> None:
    assert look_at(entry("a.png", _saved(Image.new(mode, (9, 7)), "PNG"))).width == 9


def test_a_cmyk_jpeg_is_taken(entry: Callable) -> None:
    assert look_at(entry("a.jpg", _saved(Image.new("CMYK", (9, 7)), "JPEG"))).height == 7


def test_the_suffix_need_not_tell_the_truth(entry: Callable, image: Callable) -> None:
    assert look_at(entry("a.jpg", image(kind="PNG"))).width == 20


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_an_animation_is_taken_and_told(entry: Callable, kind: str) -> None:
    frames = [Image.new("RGB", (9, 7), color) for color in ("red", "green", "blue")]
    data = _saved(frames[0], kind, save_all=True, append_images=frames[1:])

    assert look_at(entry("a", data)).animated


def test_a_phones_jpeg_with_a_preview_inside_is_no_animation(entry: Callable) -> None:
    data = _saved(Image.new("RGB", (9, 7)), "MPO", save_all=True, append_images=[Image.new("RGB", (3, 2))])

    picture = look_at(entry("a.jpg", data))

    assert (picture.width, picture.animated) == (9, False)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_an_image_cut_short_is_refused(entry: Callable, image: Callable, kind: str, kept: float) -> None:
    data = image(kind=kind, size=(64, 64))

    with pytest.raises(ValueError, match=r"."):
        look_at(entry("a", data[: int(len(data) * kept)]))


@pytest.mark.parametrize("data", [b"not an image", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"<svg/>", bytes(1000)])
def test_what_is_no_image_is_refused(entry: Callable, data: bytes) -> None:
    with pytest.raises(ValueError, match="not an image of a known format"):
        look_at(entry("a.jpg", data))


def test_an_empty_file_is_refused(entry: Callable) -> None:
    with pytest.raises(ValueError, match="the file is empty"):
        look_at(entry("a.jpg", b""))


@pytest.mark.parametrize(("side", "reason"), [(10_000, "100,000,000 pixels; at most"), (60_000, "3600000000 pixels")])
def test_an_image_that_declares_too_many_pixels_is_refused_before_they_are_made(
    entry: Callable, side: int, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        look_at(entry("a.png", _png_header(side, side)))


def test_a_file_too_large_is_refused_without_reading_it() -> None:
    def never() -> bytes:
        raise AssertionError("read")

    with pytest.raises(ValueError, match="an image may have"):
        look_at(Entry("a.bmp", LARGEST_IMAGE_BYTES + 1, never))
