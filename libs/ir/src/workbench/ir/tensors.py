"""How an input or output of a model is written in JSON, and how a shape comes back from it.

A dimension is a number, -1 when anything goes, or [min, max] when bounded (max -1: no upper bound).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import openvino as ov

DimensionJson = int | list[int]
_CHANNELS = (1, 3, 4)


def tensor_name(port: ov.Output) -> str:
    """The name to call an input or output by: the first of its tensor names, else its operation's name."""
    return min(port.get_names(), default=port.get_node().get_friendly_name())


def tensor_json(port: ov.Output, *, is_input: bool) -> dict[str, Any]:
    """Name, shape, element type and layout; an input without a layout gets the guess its shape allows.

    ``layout_source`` says which: "model", "guess", or null beside a null layout.
    """
    shape = shape_json(port.get_partial_shape())
    declared = _declared_layout(port)
    guess = _guess_layout(shape) if is_input and not declared else None
    return {
        "name": tensor_name(port),
        "shape": shape,
        "element_type": port.get_element_type().get_type_name(),
        "layout": declared or guess,
        "layout_source": "model" if declared else "guess" if guess else None,
    }


def shape_json(shape: ov.PartialShape) -> list[DimensionJson] | None:
    """The shape as JSON; None when even the number of dimensions is unknown."""
    if shape.rank.is_dynamic:
        return None
    return [_dimension_json(dimension) for dimension in shape]


def partial_shape(shape: Sequence[DimensionJson]) -> ov.PartialShape:
    """The opposite of :func:`shape_json`."""
    return ov.PartialShape([ov.Dimension(d) if isinstance(d, int) else ov.Dimension(d[0], d[1]) for d in shape])


def _dimension_json(dimension: ov.Dimension) -> DimensionJson:
    if dimension.is_static:
        return int(dimension.get_length())
    low, high = int(dimension.get_min_length()), int(dimension.get_max_length())
    return -1 if low == 0 and high == -1 else [low, high]


def _declared_layout(port: ov.Output) -> str | None:
    # "[N,C,H,W]" is written NCHW; what has longer parts ("[N,...]") keeps OpenVINO's spelling.
    parts = port.get_node().get_layout().to_string().strip("[]").split(",")
    if parts == ["..."]:
        return None
    return "".join(parts) if all(len(part) == 1 for part in parts) else f"[{','.join(parts)}]"


def _guess_layout(shape: list[DimensionJson] | None) -> str | None:
    if shape is None or len(shape) != 4:
        return None
    first, last = shape[1] in _CHANNELS, shape[3] in _CHANNELS
    if first == last:
        return None
    return "NCHW" if first else "NHWC"
