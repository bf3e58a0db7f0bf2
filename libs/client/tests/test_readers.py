"""Option values: what is read from them, and what a wrong one is told."""

from __future__ import annotations

from typing import Any

import pytest
import typer
from workbench.client.cli import readers
from workbench.client.cli.recipes import RESIZES

RESIZE = readers.resize(RESIZES)

RIGHT: list[tuple[Any, str, Any]] = [
    (readers.per_channel, "104,117,123", [104.0, 117.0, 123.0]),
    (readers.per_channel, "0.5", [0.5]),
    (readers.per_channel, "-1e2, 0 ,3", [-100.0, 0.0, 3.0]),
    (readers.divisors, "58.4,57.1,57.4", [58.4, 57.1, 57.4]),
    (readers.shape, "1,3,224,224", [1, 3, 224, 224]),
    (readers.shape, "-1,3,-1,-1", [-1, 3, -1, -1]),
    (readers.fixed_shape, "1, 3, 8, 8", [1, 3, 8, 8]),
    (readers.named(readers.shape), "data=1,3,8,8", ("data", [1, 3, 8, 8])),
    (readers.named(readers.shape), "1,3,8,8", (None, [1, 3, 8, 8])),
    (readers.named(readers.layout), "input:0=nhwc", ("input:0", "NHWC")),
    (readers.named(readers.layout), "a=b=NCHW", ("a=b", "NCHW")),
    (readers.layout, "N?HW", "N?HW"),
    (RESIZE, "stretch", {"resize": "stretch"}),
    (RESIZE, "letterbox", {"resize": "letterbox"}),
    (RESIZE, "CROP", {"resize": "crop"}),
    (RESIZE, "crop:256", {"resize": "crop", "short_side": 256}),
    (RESIZE, "keep:8", {"resize": "keep", "multiple": 8}),
    (readers.one_of("RGB", "BGR"), "bgr", "BGR"),
    (readers.number(above=0), "2.5", 2.5),
    (readers.number(least=0, most=100), "0", 0.0),
    (readers.whole(5, 100), "5", 5),
    (readers.whole(-3), "-3", -3),
    (readers.server_url, "http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
    (readers.server_url, "https://bench.example/team", "https://bench.example/team"),
]

WRONG: list[tuple[Any, str, str]] = [
    (readers.per_channel, "1,2", "one number per channel"),
    (readers.per_channel, "a,b,c", "such as 104,117,123"),
    (readers.per_channel, "1,,3", "one number per channel"),
    (readers.per_channel, "", "one number per channel"),
    (readers.per_channel, "nan", "one number per channel"),
    (readers.per_channel, "inf,1,1", "one number per channel"),
    (readers.per_channel, "1;2;3", "one number per channel"),
    (readers.divisors, "1,0,1", "zero"),
    (readers.shape, "1x3x8x8", "-1 stays dynamic"),
    (readers.shape, "1,3,0,8", "-1 stays dynamic"),
    (readers.shape, "1,3,-2,8", "-1 stays dynamic"),
    (readers.shape, "", "such as 1,3,224,224"),
    (readers.shape, "1,3,99999999999,8", "such as 1,3,224,224"),
    (readers.fixed_shape, "1,3,-1,8", "positive whole numbers"),
    (readers.named(readers.shape), "=1,3,8,8", "no input name"),
    (readers.named(readers.shape), "data=", "not a shape"),
    (readers.layout, "NCHWNCHW", "one letter per dimension"),
    (readers.layout, "N C", "one letter per dimension"),
    (readers.layout, "", "one letter per dimension"),
    (RESIZE, "squash", "stretch, crop, letterbox, keep, crop:SHORT"),
    (RESIZE, "crop:", "crop:SHORT"),
    (RESIZE, "crop:-5", "crop:SHORT"),
    (RESIZE, "crop:big", "crop:SHORT"),
    (RESIZE, "stretch:256", "crop:SHORT"),
    (readers.one_of("RGB", "BGR"), "YUV", "one of RGB, BGR"),
    (readers.number(above=0), "0", "above 0"),
    (readers.number(above=0), "fast", "not a number above 0"),
    (readers.number(least=0, most=100), "101", "of at least 0 up to 100"),
    (readers.number(), "nan", "not a number"),
    (readers.whole(5, 100), "4", "from 5 to 100"),
    (readers.whole(5, 100), "5.5", "from 5 to 100"),
    (readers.whole(1), "1e3", "at least 1"),
    (readers.whole(1), "9" * 5000, "at least 1"),
    (readers.server_url, "localhost:8000", "such as http://"),
    (readers.server_url, "ftp://host", "such as http://"),
    (readers.server_url, "http://", "such as http://"),
]


@pytest.mark.parametrize(("read", "text", "value"), RIGHT)
def test_a_right_value_is_read(read: Any, text: str, value: Any) -> None:
    assert read(text) == value


@pytest.mark.parametrize(("read", "text", "accepted"), WRONG)
def test_a_wrong_value_is_told_what_is_accepted(read: Any, text: str, accepted: str) -> None:
    with pytest.raises(typer.BadParameter) as wrong:
        read(text)
    assert accepted in str(wrong.value)


@pytest.mark.parametrize("text", ["", "model", "1234", "squeeze.onnx", "../x"])
def test_a_file_name_is_no_id(text: str) -> None:
    assert not readers.is_id(text)


def test_an_id_is_one() -> None:
    assert readers.is_id("0b7e9f7e-3c5a-4a7e-9c59-4e1f0f2f7a11")


@pytest.mark.parametrize(
    ("text", "share"), [("±2%", 0.02), ("+-2%", 0.02), ("2%", 0.02), ("0.02", 0.02), ("± 5 %", 0.05)]
)
def test_a_precision_is_a_share_however_it_is_written(text: str, share: float) -> None:
    assert readers.plus_minus(0.001, 0.5)(text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["2", "±200%", "0", "-2%", "two", "", "%", "nan", "±"])
def test_what_is_no_precision_is_refused_with_one_that_would_be(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="such as ±2% or 0.02"):
        readers.plus_minus(0.001, 0.5)(text)
