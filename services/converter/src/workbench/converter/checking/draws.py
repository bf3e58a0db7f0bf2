"""Random numbers that fit a model's inputs, and the same numbers as the converted model takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.converter.checking.runtimes import NotComparable, Port

ROUNDS = ("0 to 1", "normal", "0 to 255")
FREE_SIZES = (64, 224, 16, 1)  # what an open dimension is tried with; a first one is the batch
_LARGEST_ELEMENTS = 2**28


def shapes(ports: Sequence[Port], free: int) -> list[tuple[int, ...]]:
    """A size for each dimension of each input. Raises NotComparable."""
    return [_shape(port, free) for port in ports]


def _shape(port: Port, free: int) -> tuple[int, ...]:
    if port.shape is None:
        raise NotComparable(f"input '{port.name}' has any number of dimensions")
    made = []
    for place, (least, most) in enumerate(port.shape):
        wanted = 1 if place == 0 else free
        made.append(min(max(wanted, least), most) if most >= 0 else max(wanted, least))
    if np.prod(made, dtype=np.float64) > _LARGEST_ELEMENTS:
        raise NotComparable(f"input '{port.name}' of shape {made} is too large to be tried")
    return tuple(made)


def draw(place: int, kind: np.dtype[Any], shape: tuple[int, ...], number: int) -> NDArray[Any]:
    """What the source's input at this place gets in round ``number``, of that type and shape: the same in every run."""
    random = np.random.default_rng([number, place])
    if kind == np.bool_:
        return random.integers(0, 2, shape).astype(np.bool_)
    if kind.kind in "iu":
        # Mostly indices, and of those nobody knows how many there are; bytes are pictures.
        return np.asarray(random.integers(0, 256 if kind == np.uint8 else 2, shape)).astype(kind)
    drawn = random.normal(size=shape) if number == 1 else random.random(shape) * (255 if number == 2 else 1)
    return np.asarray(drawn).astype(kind)


def backwards(wanted: NDArray[Any], asked: Mapping[str, Any]) -> NDArray[np.float32]:
    """What the converted model must get for its source's part to see about ``wanted``."""
    values = wanted.astype(np.float32) * _channels(asked, "scale", 1.0, wanted.ndim)
    values = values + _channels(asked, "mean", 0.0, wanted.ndim)
    return _reversed(values, asked).astype(np.float32)


def forwards(values: NDArray[Any], asked: Mapping[str, Any]) -> NDArray[np.float32]:
    """What the converted model's built-in preprocessing makes of ``values``: what the source is to see."""
    seen = _reversed(values.astype(np.float32), asked) - _channels(asked, "mean", 0.0, values.ndim)
    return (seen / _channels(asked, "scale", 1.0, values.ndim)).astype(np.float32)


def _channels(asked: Mapping[str, Any], what: str, otherwise: float, dimensions: int) -> NDArray[np.float32]:
    listed = np.asarray(asked.get(what) or [otherwise], np.float32)
    shape = [1] * dimensions
    if dimensions:
        shape[asked["channels"]] = -1
    return listed.reshape(shape)


def _reversed(values: NDArray[Any], asked: Mapping[str, Any]) -> NDArray[Any]:
    return np.flip(values, asked["channels"]) if asked.get("reverse_channels") else values
