"""Pictures of every kind become the tensor the recipe says; broken ones are refused with the reason."""

from __future__ import annotations

import io
import itertools
import warnings
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from workbench.imaging.preparation import LARGEST_PIXELS, Preparation
from workbench.imaging.preprocess import decode, fit, preprocess


def recipe(width: int = 8, height: int = 8, **changes: Any) -> Preparation:
    channels = 1 if changes.get("color") == "GRAY" else 3
    layout = changes.pop("layout", "NCHW")
    return Preparation.from_json(
        {
            "resize": "stretch",
            "input": {"name": "data", "width": width, "height": height, "channels": channels, "layout": layout},
        }
        | changes
    )


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def noise(height: int = 8, width: int = 8) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


def photo(width: int = 64, height: int = 48, kind: str = "JPEG") -> bytes:
    return encoded(Image.fromarray(noise(height, width)), kind)


def color(data: bytes) -> tuple[int, ...]:
    return decode(data).getpixel((0, 0))


def test_the_tensor_holds_the_pixels_channel_by_channel() -> None:
    pixels = noise()

    tensor = preprocess(encoded(Image.fromarray(pixels)), recipe())

    assert tensor.dtype == np.float32
    np.testing.assert_array_equal(tensor, pixels.transpose(2, 0, 1)[None])


def test_nhwc_keeps_the_channels_last() -> None:
    pixels = noise(6, 8)

    tensor = preprocess(encoded(Image.fromarray(pixels)), recipe(8, 6, layout="NHWC"))

    np.testing.assert_array_equal(tensor, pixels[None])


def test_bgr_turns_the_channels_around() -> None:
    pixels = noise()

    tensor = preprocess(encoded(Image.fromarray(pixels)), recipe(color="BGR"))

    np.testing.assert_array_equal(tensor[0], pixels[:, :, ::-1].transpose(2, 0, 1))


def test_mean_and_scale_are_in_the_order_of_the_color() -> None:
    blue = encoded(Image.new("RGB", (8, 8), (10, 20, 250)))

    tensor = preprocess(blue, recipe(color="BGR", mean=[200, 0, 10], scale=[50, 1, 2]))

    assert tensor[0, :, 0, 0].tolist() == [1, 20, 0]


def test_gray_is_the_luma_of_the_picture() -> None:
    tensor = preprocess(encoded(Image.new("RGB", (8, 8), (255, 0, 0))), recipe(color="GRAY", mean=[6]))

    assert tensor.shape == (1, 1, 8, 8)
    assert tensor[0, 0, 0, 0] == 76 - 6  # ITU-R 601: 0.299 of red


def test_the_tensor_is_contiguous_so_that_a_runtime_can_take_it_as_it_is() -> None:
    for layout, order in itertools.product(("NCHW", "NHWC"), ("RGB", "BGR")):
        assert preprocess(photo(), recipe(layout=layout, color=order)).flags["C_CONTIGUOUS"]


@pytest.mark.parametrize(("width", "height"), [(500, 375), (375, 500), (224, 224), (1, 1), (3000, 2), (256, 257)])
@pytest.mark.parametrize("resize", ["stretch", "crop", "letterbox"])
def test_every_picture_ends_in_the_inputs_size(width: int, height: int, resize: str) -> None:
    fitted = fit(Image.new("RGB", (width, height)), recipe(224, 160, resize=resize)).image

    assert fitted.size == (224, 160)


def test_a_picture_that_keeps_its_size_is_filled_up_to_a_multiple_by_its_last_pixels() -> None:
    picture = Image.fromarray(noise(5, 9))

    kept, filled = (fit(picture, recipe(resize="keep", multiple=multiple)) for multiple in (1, 4))

    assert (kept.image.tobytes(), kept.size) == (picture.tobytes(), (9, 5))
    levels = np.asarray(filled.image)
    assert levels.shape == (8, 12, 3)
    assert (levels[:5, :9] == noise(5, 9)).all()
    assert (levels[5:, 9:] == noise(5, 9)[-1, -1]).all()
    assert (filled.size, filled.scale, filled.left, filled.top) == ((9, 5), (1, 1), 0, 0)


def test_a_picture_that_is_too_large_to_go_in_as_it_is_is_refused_with_its_size() -> None:
    with pytest.raises(ValueError, match="9000×1 pixels; at most 8192 a side"):
        fit(Image.new("RGB", (9000, 1)), recipe(resize="keep"))


def test_a_crop_takes_the_centre_by_the_reference_arithmetic() -> None:
    picture = Image.fromarray(noise(333, 500))

    fitted = fit(picture, recipe(224, 224, resize="crop")).image

    scale = 256 / 333
    resized = picture.resize((int(500 * scale), int(333 * scale)), Image.Resampling.BILINEAR)
    left, top = (resized.width - 224) // 2, (resized.height - 224) // 2
    assert fitted.tobytes() == resized.crop((left, top, left + 224, top + 224)).tobytes()


def test_a_crop_wider_than_the_picture_never_shows_a_black_edge() -> None:
    tall = Image.new("RGB", (100, 400), "white")

    fitted = np.asarray(fit(tall, recipe(320, 160, resize="crop")).image)

    assert fitted.min() == 255


def test_a_letterbox_frames_the_picture_in_grey_on_both_sides() -> None:
    fitted = np.asarray(fit(Image.new("RGB", (100, 50), "white"), recipe(64, 64, resize="letterbox")).image)

    assert fitted[32].min() == 255
    assert fitted[0].max() == fitted[-1].max() == 114
    assert (fitted[:, 0, 0] == 255).sum() == 32


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic", "nearest"])
def test_the_interpolation_is_pillows(interpolation: str) -> None:
    picture = Image.fromarray(noise(31, 47))

    fitted = fit(picture, recipe(20, 10, interpolation=interpolation)).image

    assert fitted.tobytes() == picture.resize((20, 10), Image.Resampling[interpolation.upper()]).tobytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF"])
def test_the_usual_formats_are_read(kind: str) -> None:
    assert decode(photo(kind=kind)).size == (64, 48)


def test_grayscale_is_repeated() -> None:
    assert color(encoded(Image.new("L", (4, 4), 77))) == (77, 77, 77)


def test_black_and_white_becomes_0_and_255() -> None:
    assert color(encoded(Image.new("1", (4, 4), 1))) == (255, 255, 255)


def test_gray_with_alpha_keeps_the_gray() -> None:
    assert color(encoded(Image.new("LA", (4, 4), (77, 0)))) == (77, 77, 77)


def test_alpha_is_dropped_and_the_stored_color_stays() -> None:
    assert color(encoded(Image.new("RGBA", (4, 4), (10, 20, 30, 0)))) == (10, 20, 30)


def test_a_palette_is_resolved() -> None:
    assert color(encoded(Image.new("RGB", (4, 4), (10, 200, 30)).quantize(2))) == (10, 200, 30)


def test_a_palette_with_transparent_bytes_is_resolved_without_a_warning() -> None:
    picture = Image.new("RGB", (4, 4), (10, 200, 30)).quantize(2)

    assert color(encoded(picture, transparency=b"\x00\x80")) == (10, 200, 30)


def test_cmyk_is_converted() -> None:
    data = encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG", quality=100)

    red, green, blue = color(data)

    assert red > 250
    assert max(green, blue) < 5


def test_16_bit_gray_keeps_its_high_byte() -> None:
    samples = np.full((4, 4), 0x7FAB, np.uint16)

    assert color(encoded(Image.fromarray(samples))) == (0x7F, 0x7F, 0x7F)


def test_big_endian_16_bit_gray_is_the_same_picture() -> None:
    data = bytearray(encoded(Image.fromarray(np.full((4, 4), 0x7FAB, np.uint16)), "TIFF"))

    assert color(bytes(data)) == (0x7F, 0x7F, 0x7F)


@pytest.mark.parametrize("dtype", [np.int32, np.float32])
def test_samples_without_a_defined_range_are_refused(dtype: type[Any]) -> None:
    data = encoded(Image.fromarray(np.full((4, 4), 1000, dtype)), "TIFF")

    with pytest.raises(ValueError, match="no defined range"):
        decode(data)


def test_of_an_animation_the_first_frame_counts() -> None:
    frames = [Image.new("RGB", (4, 4), name) for name in ("red", "lime")]

    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])

    assert color(data) == (255, 0, 0)


def test_the_exif_orientation_is_not_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned by a quarter

    data = encoded(Image.new("RGB", (40, 20)), "JPEG", exif=exif)

    assert decode(data).size == (40, 20)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "WEBP", "TIFF"])
@pytest.mark.parametrize("kept", [0.5, 0.9])
def test_a_picture_cut_short_is_refused(kind: str, kept: float) -> None:
    whole = photo(kind=kind)

    with pytest.raises(ValueError, match="broken image|known format"):
        decode(whole[: int(len(whole) * kept)])


@pytest.mark.parametrize("data", [b"", b"not an image", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7"])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="known format|broken image"):
        decode(data)


def test_a_damaged_png_is_refused() -> None:
    data = bytearray(photo(kind="PNG"))
    data[len(data) // 2] ^= 0xFF

    with pytest.raises(ValueError, match="broken image"):
        decode(bytes(data))


@pytest.mark.parametrize("header", [b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", b"P6 1 1 255 abc"])
def test_a_format_that_needs_a_risky_decoder_is_not_even_tried(header: bytes) -> None:
    with pytest.raises(ValueError, match="known format"):
        decode(header)


@pytest.mark.parametrize("mangle", ["flip", "zero", "cut"])
def test_whatever_bytes_come_the_answer_is_a_picture_or_a_value_error(mangle: str) -> None:
    random = np.random.default_rng(1)
    damage: dict[str, Callable[[bytearray, int], bytearray]] = {
        "flip": lambda data, at: data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :],
        "zero": lambda data, at: data[:at] + bytes(16) + data[at + 16 :],
        "cut": lambda data, at: data[:at],
    }

    for kind, _ in itertools.product(("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF"), range(25)):
        data = bytearray(photo(kind=kind))
        try:
            decoded = decode(bytes(damage[mangle](data, int(random.integers(0, len(data))))))
        except ValueError:
            continue
        assert decoded.mode == "RGB"


def test_more_pixels_than_the_cap_are_refused_before_they_are_decoded() -> None:
    side = int(LARGEST_PIXELS**0.5) + 1
    bomb = encoded(Image.new("1", (side, side)))

    with pytest.raises(ValueError, match="at most 64,000,000"):
        decode(bomb)


def test_a_bomb_beyond_pillows_own_limit_is_a_value_error_too() -> None:
    bomb = bytearray(encoded(Image.new("1", (8, 8))))
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2  # width and height in the header
    bomb[29:33] = zlib.crc32(bomb[12:29]).to_bytes(4, "big")

    with pytest.raises(ValueError, match=r"pixels"):
        decode(bytes(bomb))


def test_no_warning_leaks_out() -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        decode(encoded(Image.new("RGB", (9000, 7100)), "PNG", compress_level=1))

    assert seen == []


def test_decoding_leaves_the_callers_warning_filters_alone() -> None:
    before = list(warnings.filters)

    decode(photo())

    assert list(warnings.filters) == before


@pytest.mark.parametrize("size", [(64, 48), (31, 97), (8, 8), (5, 300)])
@pytest.mark.parametrize("resize", ["stretch", "crop", "letterbox"])
def test_coordinates_go_back_to_the_original(size: tuple[int, int], resize: str) -> None:
    """The brightest pixel of the fitted picture lies where the bright spot of the original is said to be."""
    spot = (size[0] * 0.5, size[1] * 0.5)
    image = Image.new("RGB", size)
    x, y = int(spot[0]), int(spot[1])
    image.paste("white", (max(0, x - 1), max(0, y - 1), x + 1, y + 1))

    fitted = fit(image, recipe(48, 32, resize=resize))

    bright = np.asarray(fitted.image.convert("L")).astype(float)
    if resize == "letterbox":
        bright[bright == 114] = 0
    rows, columns = np.mgrid[0:32, 0:48]
    centre = ((columns * bright).sum() / bright.sum() + 0.5, (rows * bright).sum() / bright.sum() + 0.5)
    back = ((centre[0] - fitted.left) / fitted.scale[0], (centre[1] - fitted.top) / fitted.scale[1])
    assert back[0] == pytest.approx(spot[0], abs=0.6 + 0.6 / fitted.scale[0])
    assert back[1] == pytest.approx(spot[1], abs=0.6 + 0.6 / fitted.scale[1])
    assert fitted.size == size
