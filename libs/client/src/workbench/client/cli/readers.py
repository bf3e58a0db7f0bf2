"""Option values from text: each reader gives the value, or says what it would have accepted."""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import typer

Value = TypeVar("Value")
Reader = Callable[[str], Value]


def one_of(*words: str) -> Reader[str]:
    """One of the words, upper or lower case."""
    known = {word.lower(): word for word in words}

    def read(text: str) -> str:
        if text.lower() not in known:
            raise typer.BadParameter(f"{text!r} is not one of {', '.join(words)}")
        return known[text.lower()]

    return read


def one_of_numbers(*numbers: int) -> Reader[int]:
    """One of the numbers."""
    known = one_of(*map(str, numbers))
    return lambda text: int(known(text))


def number(*, least: float = -math.inf, above: float = -math.inf, most: float = math.inf) -> Reader[float]:
    """A finite number: at least ``least``, more than ``above``, at most ``most``."""

    def read(text: str) -> float:
        value = _float(text)
        if value is None or value < least or value <= above or value > most:
            limits = {"of at least": least, "above": above, "up to": most}
            said = [f"{words} {limit:g}" for words, limit in limits.items() if math.isfinite(limit)]
            raise typer.BadParameter(" ".join([f"{text!r} is not a number", *said]))
        return value

    return read


def plus_minus(least: float, most: float) -> Reader[float]:
    """``±2%``, ``2%`` or ``0.02``: a share from ``least`` to ``most``."""

    def read(text: str) -> float:
        bare = text.strip().removeprefix("±").removeprefix("+-").strip()
        value = _float(bare.removesuffix("%"))
        share = value / 100 if value is not None and bare.endswith("%") else value
        if share is None or not least <= share <= most:
            raise typer.BadParameter(f"{text!r} is not a share from ±{least:.3g} to ±{most:.3g}, such as ±2% or 0.02")
        return share

    return read


def whole(least: int, most: int | None = None) -> Reader[int]:
    """A whole number from ``least`` to ``most``."""

    def read(text: str) -> int:
        value = int(text) if re.fullmatch(r"[+-]?\d{1,18}", text) else None
        if value is None or value < least or (most is not None and value > most):
            limit = f"from {least} to {most}" if most is not None else f"of at least {least}"
            raise typer.BadParameter(f"{text!r} is not a whole number {limit}")
        return value

    return read


def per_channel(text: str) -> list[float]:
    """``104,117,123``: one number for each channel, 1 or 3 (one alone stands for a grey input)."""
    values = [_float(part) for part in text.split(",")]
    found = [value for value in values if value is not None]
    if len(found) != len(values) or len(found) not in (1, 3):
        raise typer.BadParameter(f"{text!r} is not one number per channel, such as 104,117,123")
    return found


def divisors(text: str) -> list[float]:
    """As ``per_channel``; zero cannot divide."""
    values = per_channel(text)
    if 0 in values:
        raise typer.BadParameter(f"{text!r} has a zero: nothing is divided by zero; such as 58.4,57.1,57.4")
    return values


def fixed_shape(text: str) -> list[int]:
    """``1,3,224,224``: what a measurement can run on."""
    parts = [part.strip() for part in text.split(",")]
    if not all(re.fullmatch(r"[1-9]\d{0,9}", part) for part in parts):
        raise typer.BadParameter(f"{text!r} is not a shape of positive whole numbers, such as 1,3,224,224")
    return [int(part) for part in parts]


def shape(text: str) -> list[int | list[int]]:
    """``1,3,-1,160..320``: -1 keeps a dimension dynamic, two numbers bound it."""
    parts = [part.strip() for part in text.split(",")]
    if not all(re.fullmatch(r"-1|[1-9]\d{0,9}(\.\.[1-9]\d{0,9})?", part) for part in parts):
        raise typer.BadParameter(f"{text!r} is not a shape, such as 1,3,224,224 (-1 stays dynamic, 1..8 is bounded)")
    return [[int(end) for end in part.split("..")] if ".." in part else int(part) for part in parts]


def numbers(text: str) -> list[float]:
    """``0.5`` or ``1,2,3``."""
    values = [_float(part) for part in text.split(",")]
    if None in values:
        raise typer.BadParameter(f"{text!r} is not a list of numbers, such as 0.5 or 1,2,3")
    return [value for value in values if value is not None]


def layout(text: str) -> str:
    """``NCHW``: a letter for each dimension."""
    letters = text.upper().replace("?", "")
    if not re.fullmatch(r"[A-Za-z?]{1,8}", text) or len(set(letters)) != len(letters):
        raise typer.BadParameter(f"{text!r} is not a layout: one letter per dimension, such as NCHW or NHWC")
    return text.upper()


_NUMBERED = {"crop": "short_side", "keep": "multiple"}


def resize(kinds: Sequence[str]) -> Reader[dict[str, Any]]:
    """One of the kinds, ``crop:256`` (short side before the centre crop) or ``keep:8`` (sides a multiple of it)."""

    def read(text: str) -> dict[str, Any]:
        kind, _, side = text.lower().partition(":")
        if kind in _NUMBERED and re.fullmatch(r"[1-9]\d{0,4}", side):
            return {"resize": kind, _NUMBERED[kind]: int(side)}
        if kind in kinds and ":" not in text:
            return {"resize": kind}
        raise typer.BadParameter(
            f"{text!r} is not one of {', '.join(kinds)}, crop:SHORT (as crop:256), keep:MULTIPLE (as keep:8)"
        )

    return read


def named(read: Reader[Value]) -> Reader[tuple[str | None, Value]]:
    """``NAME=value`` for one input, or the value alone for a model's only input."""

    def read_named(text: str) -> tuple[str | None, Value]:
        name, separator, value = text.rpartition("=")
        if separator and not name:
            raise typer.BadParameter(f"{text!r} has no input name before the =")
        return (name if separator else None), read(value)

    return read_named


def assignment(text: str) -> tuple[str, str]:
    """``NAME=VALUE``."""
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise typer.BadParameter(f"{text!r} is not NAME=VALUE")
    return name, value


def yes_no(text: str) -> bool:
    """``yes`` or ``no``, or ``true`` or ``false``."""
    known = {"yes": True, "true": True, "no": False, "false": False}
    if text.lower() not in known:
        raise typer.BadParameter(f"{text!r} is neither yes nor no")
    return known[text.lower()]


def server_url(text: str) -> str:
    """An http or https URL."""
    if not re.fullmatch(r"https?://[^/\s?#]+(/[^\s?#]*)?", text):
        raise typer.BadParameter(f"{text!r} is not a URL such as http://127.0.0.1:8000")
    return text.rstrip("/")


def is_id(text: str) -> bool:
    """What the server's ids look like: a UUID."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _float(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
