"""What half precision loses of a model's weights, by name: values it cannot hold, and values too small for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import openvino as ov
from workbench.ir.operations import operations

LARGEST, SMALLEST = 65504.0, 2.0**-14  # below, f16 has fewer and fewer digits, and then none
_WORTH_TELLING = 0.01  # of a weight's values: less is in every trained model
_MOST_NAMES = 20
_WORST = 3


def losses(model: ov.Model, written: ov.Model) -> dict[str, Any]:
    """Of ``model``, which is about to be or was stored as ``written``: only what is stored in half precision counts.

    ``clipped`` and ``vanished`` are how many values of how many weights, with the worst by name.
    """
    halved = {
        node.get_friendly_name().removesuffix("_compressed")
        for node in operations(written)
        if node.get_type_name() == "Constant" and node.get_output_element_type(0) == ov.Type.f16
    }
    clipped, vanished = dict[str, int](), dict[str, int]()
    for node in operations(model):
        if node.get_type_name() != "Constant" or node.get_output_element_type(0) != ov.Type.f32:
            continue
        name = node.get_friendly_name()
        if name in halved:
            _count(name, np.abs(node.data), clipped, vanished)
    return {"clipped": _told(clipped), "vanished": _told(vanished)}


def sentence(lost: Mapping[str, Any] | None) -> str:
    """For a person; empty when nothing was lost that is worth telling, or nothing could be."""
    if lost is None:
        return ""
    said = []
    if lost["clipped"]["values"]:
        said.append(f"{_amount(lost['clipped'])} beyond ±65504 became ±65504")
    if lost["vanished"]["values"]:
        said.append(f"{_amount(lost['vanished'])} too small for half precision lost digits or became 0")
    return f"In half precision {'; '.join(said)}." if said else ""


def _count(name: str, sizes: Any, clipped: dict[str, int], vanished: dict[str, int]) -> None:
    above = int(np.count_nonzero((sizes > LARGEST) & np.isfinite(sizes)))
    below = int(np.count_nonzero((sizes > 0) & (sizes < SMALLEST)))
    if above:
        clipped[name] = above
    if below > _WORTH_TELLING * np.count_nonzero(sizes):
        vanished[name] = below


def _told(counted: dict[str, int]) -> dict[str, Any]:
    worst = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:_MOST_NAMES]
    return {"values": sum(counted.values()), "weights": len(counted), "by_name": dict(worst)}


def _amount(lost: dict[str, Any]) -> str:
    names = [f"'{name}' ({count:,})" for name, count in list(lost["by_name"].items())[:_WORST]]
    more = lost["weights"] - len(names)
    values = "1 value" if lost["values"] == 1 else f"{lost['values']:,} values"
    return f"{values} of {', '.join(names)}{f' and {more} more weights' if more > 0 else ''}"
