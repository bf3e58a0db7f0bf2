"""Each of the eight orientations turns a picture as a viewer does, and all that is drawn on it with it."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageOps
from workbench.imaging.orientation import Turn, orientation_of, upright
from workbench.imaging.preparation import Preparation
from workbench.imaging.preprocess import decode, opened, picture, preprocess, stored_orientation

WIDTH, HEIGHT = 7, 4
BOX = (1, 0, 4, 3)


def stored(orientation: int, kind: str = "PNG") -> Image.Image:
    """A dark photo with a bright box, as a camera writes it."""
    levels = np.random.default_rng(1).integers(0, 90, (HEIGHT, WIDTH, 3), np.uint8)
    levels[BOX[1] : BOX[3], BOX[0] : BOX[2]] = 240
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    Image.fromarray(levels).save(file, kind, exif=exif)
    return Image.open(file)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_its_pixels_and_a_box_turn_as_a_viewer_turns_them(orientation: int) -> None:
    image = stored(orientation)
    shown = ImageOps.exif_transpose(image)
    turn = Turn(orientation_of(image), WIDTH, HEIGHT)

    assert upright(image, orientation).tobytes() == shown.tobytes()
    assert turn.size == shown.size
    np.testing.assert_array_equal(turn.levels(np.asarray(image)), np.asarray(shown))
    rows, columns = np.nonzero(np.asarray(shown)[:, :, 0] == 240)
    assert turn.box(*BOX) == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_is_turned_comes_back(orientation: int) -> None:
    turn, levels = Turn(orientation, WIDTH, HEIGHT), np.arange(WIDTH * HEIGHT).reshape(HEIGHT, WIDTH)

    np.testing.assert_array_equal(turn.back.levels(turn.levels(levels)), levels)
    assert turn.back.point(*turn.point(1.5, 0.25)) == (1.5, 0.25)
    assert turn.back.size == (WIDTH, HEIGHT)


@pytest.mark.parametrize("told", [0, 9, 77])
def test_an_orientation_that_there_is_not_turns_nothing(told: int) -> None:
    assert orientation_of(stored(told)) == 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_the_orientation_that_a_decoded_picture_has_is_told(kind: str) -> None:
    data = stored(6, kind).fp.getvalue()

    assert stored_orientation(data) == opened(data, orientation_of)


def test_of_a_photo_it_is_told_without_its_pixels() -> None:
    data = stored(6, "JPEG").fp.getvalue()
    head = data[: data.index(b"\xff\xda")]  # where the scan starts

    assert stored_orientation(head) == 6
    with pytest.raises(ValueError, match="broken image"):
        decode(head)


def test_damaged_metadata_turns_nothing() -> None:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (9, 7)).save(file, "JPEG", exif=exif)
    damaged = file.getvalue().replace(b"Exif\0\0MM", b"Exif\0\0XX")

    assert damaged != file.getvalue()
    assert orientation_of(Image.open(io.BytesIO(damaged))) == 1


def test_a_recipe_says_whether_a_photo_is_turned_and_the_default_is_not() -> None:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.arange(6 * 4 * 3, dtype=np.uint8).reshape(4, 6, 3)).save(file, "PNG", exif=exif)
    input_ = {"name": "x", "width": 4, "height": 6, "channels": 3, "layout": "NHWC"}
    lying, turned = (
        Preparation.from_json({"input": input_, "resize": "stretch", **said}) for said in ({}, {"orientation": "exif"})
    )

    assert picture(file.getvalue(), lying).size == (6, 4)
    shown = ImageOps.exif_transpose(Image.open(file))
    np.testing.assert_array_equal(preprocess(file.getvalue(), turned)[0], np.asarray(shown))
