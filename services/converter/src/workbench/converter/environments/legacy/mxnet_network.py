"""An MXNet network: its graph, its weights, and the shape of its input, which neither of the two files tells.

A size is only tried by MXNet's own inference of shapes. Where the weights permit one of the usual sizes and no other,
as those behind a Flatten do, the input has that; where they permit several, height and width stay open.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# What MXNet's own accelerations compute is not always right; they are off before it is loaded.
os.environ |= {"MXNET_SUBGRAPH_BACKEND": "NONE", "MXNET_MKLDNN_ENABLED": "0"}
import mxnet

_SIZES = (224, 299, 112, 128, 96, 160, 192, 256, 300, 320, 416, 512, 64, 48, 32, 28, 24, 16, 12)
_CHANNELS = (3, 1, 4)
_ANY = -1
_WEIGHTS = ("_weight", "_bias", "_gamma", "_beta", "_moving_mean", "_moving_var", "_running_mean", "_running_var")


class Unfit(Exception):
    """Graph and weights do not make a network that can be read here; the text says why."""


@dataclass(frozen=True)
class Network:
    """``input`` is what it takes, ``shape`` with -1 for what is open; ``outputs`` as the converter calls them."""

    symbol: Any
    weights: dict[str, Any]
    input: str
    shape: tuple[int, ...]

    @property
    def outputs(self) -> list[str]:
        """The names of its outputs, in order."""
        return [name.removesuffix("_output") for name in self.symbol.list_outputs()]


def read(symbol: Path, weights: Path) -> Network:
    """Raises Unfit, or what MXNet raises."""
    graph = mxnet.sym.load(str(symbol))
    saved = mxnet.nd.load(str(weights))
    if not isinstance(saved, dict):
        raise Unfit("the .params holds arrays without names: it was not saved as a network's weights")
    arrays = {name.partition(":")[2] or name: array for name, array in saved.items()}
    wanted = [*graph.list_arguments(), *graph.list_auxiliary_states()]
    free = [name for name in wanted if name not in arrays and not name.endswith("label")]
    known = {name: arrays[name] for name in wanted if name in arrays}
    if missing := [name for name in free if name.endswith(_WEIGHTS)]:
        raise Unfit(f"the .params holds no {', '.join(missing[:3])}: graph and weights belong to different networks")
    if len(free) != 1:
        raise Unfit(f"its graph has {len(free)} inputs ({', '.join(free[:3])}), and one is what is read here")
    return Network(graph, known, free[0], _shape(graph, known, free[0]))


def _shape(graph: Any, weights: dict[str, Any], name: str) -> tuple[int, ...]:
    own = _declared(graph, name)
    if own and _fits(graph, weights, name, own):
        return own
    for channels in _CHANNELS:
        fitting = [size for size in _SIZES if _fits(graph, weights, name, (1, channels, size, size))]
        if fitting:
            size = fitting[0] if len(fitting) == 1 else _ANY
            return (_ANY, channels, size, size)
    for features in sorted({array.shape[1] for array in weights.values() if len(array.shape) == 2}):
        if _fits(graph, weights, name, (1, features)):
            return (_ANY, features)
    raise Unfit(
        f"no usual shape of its input '{name}' fits the weights: they belong to another network, or it takes "
        "something else than pictures"
    )


def _declared(graph: Any, name: str) -> tuple[int, ...] | None:
    """What the graph says itself, where all of it is known."""
    text = (graph.attr_dict().get(name) or {}).get("__shape__", "")
    parts = [part.strip() for part in text.strip("()[] ").rstrip(",").split(",")]
    sizes = tuple(int(part) for part in parts if part.isdecimal())
    return sizes if len(sizes) == len(parts) and all(sizes) else None


def _fits(graph: Any, weights: dict[str, Any], name: str, shape: tuple[int, ...]) -> bool:
    """Whether MXNet finds that shapes agree everywhere with those of the weights."""
    try:
        arguments, _, states = graph.infer_shape(**{name: shape})
    except mxnet.base.MXNetError:
        return False
    if arguments is None:
        return False
    found = dict(zip((*graph.list_arguments(), *graph.list_auxiliary_states()), (*arguments, *states), strict=True))
    return all(found[known] == array.shape for known, array in weights.items())
