"""What is drawn on a picture leaves the rest, and the picture's size, as they are."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from workbench.imaging.pencil import legend, overlay, palette

GREY = (100, 120, 140)


def picture(width: int = 200, height: int = 100) -> Image.Image:
    return Image.new("RGB", (width, height), GREY)


def test_the_colours_are_those_of_pascal_voc_and_no_two_are_alike() -> None:
    assert [palette(number) for number in (0, 1, 2, 15, 20)] == [
        (0, 0, 0),
        (128, 0, 0),
        (0, 128, 0),
        (192, 128, 128),
        (0, 64, 128),
    ]
    assert len({palette(number) for number in range(256)}) == 256


def test_an_overlay_mixes_by_its_opacity_pixel_by_pixel() -> None:
    opacity = np.zeros((100, 200), np.float32)
    opacity[:, 50:100], opacity[:, 100:] = 0.5, 1
    red = np.full((100, 200, 3), (255, 0, 0), np.uint8)

    drawn = overlay(picture(), red, opacity)

    assert [drawn.getpixel((x, 50)) for x in (0, 60, 150)] == [GREY, (178, 60, 70), (255, 0, 0)]


def test_a_legend_has_its_colours_in_order_and_leaves_the_rest() -> None:
    drawn = legend(picture(), [((255, 0, 0), "poster"), (None, "no class"), ((0, 0, 255), "wall")])

    colors = [drawn.getpixel((6, y)) for y in range(100)]
    assert drawn.size == (200, 100)
    assert colors.index((255, 0, 0)) < colors.index((0, 0, 255))
    assert drawn.getpixel((199, 99)) == drawn.getpixel((190, 5)) == GREY


@pytest.mark.parametrize(("width", "height"), [(1, 1), (5, 300), (300, 5), (4000, 20)])
def test_a_picture_of_any_size_keeps_it_however_much_there_is_to_say(width: int, height: int) -> None:
    entries = [(palette(number), f"a class with a rather long name, number {number} – Größe") for number in range(40)]

    assert legend(picture(width, height), entries).size == (width, height)


def test_the_picture_itself_is_left_as_it_is() -> None:
    given = picture()

    legend(given, [(None, "words")])
    overlay(given, np.zeros((100, 200, 3), np.uint8), np.ones((100, 200), np.float32))

    assert given.getcolors() == [(20_000, GREY)]
