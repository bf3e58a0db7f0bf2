"""A model's graph as lines of JSON, one a layer, for whoever looks at a part of it: the API never loads a model.

A layer is an input, an output or an operation that computes; constants, and what only unpacks one, are told beside the
layer that takes them. Each line has ``place`` (its number, from 0, in execution order), ``name``, ``type``, ``inputs``
and ``outputs``; an input has ``from``, the place of the layer that it comes from, or null beside the ``constant``'s
name. A profile keeps its executed graph alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import openvino as ov
from workbench.ir.arithmetic import macs
from workbench.ir.complexity import is_quantized
from workbench.ir.operations import operations, unpacks
from workbench.ir.tensors import shape_json
from workbench.ir.weights import weights

_LONGEST_NAME = 1000
_LONGEST_ATTRIBUTE = 300
_MOST_ATTRIBUTES = 40
_MOST_CONSTANTS = 100

Layer = dict[str, Any]


def layers(model: ov.Model) -> Iterator[Layer]:
    """Those of a model, loops' and branches' own included."""
    for node, layer in wired(operations(model)):
        yield {**layer, **_computed(node), "attributes": _attributes(node)}


def wired(nodes: Iterable[ov.Node]) -> Iterator[tuple[ov.Node, Layer]]:
    """Each layer with where its inputs come from; ``nodes`` in execution order."""
    places: dict[str, int] = {}
    for node in nodes:
        if _beside(node):
            continue
        places[node.get_name()] = place = len(places)
        yield (
            node,
            {
                "place": place,
                "name": _cut(node.get_friendly_name()),
                "type": node.get_type_name(),
                "opset": str(node.get_type_info().version_id or "") or None,
                "inputs": _inputs(node, places),
                "outputs": [tensor(port) for port in node.outputs()],
            },
        )


def write(path: Path, found: Iterable[Layer]) -> int:
    """One line each; how many there were."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for layer in found:
            file.write(json.dumps(layer, ensure_ascii=True) + "\n")
            count += 1
    return count


def tensor(port: ov.Output) -> dict[str, Any]:
    """What flows: ``shape`` (null: not even its rank is known) and ``element_type``."""
    return {"shape": shape_json(port.get_partial_shape()), "element_type": port.get_element_type().get_type_name()}


def _inputs(node: ov.Node, places: dict[str, int]) -> list[dict[str, Any]]:
    found = []
    constants = 0
    for value in node.input_values():
        source = value.get_node()
        if not _beside(source):
            found.append({"from": places.get(source.get_name()), "port": value.get_index(), **tensor(value)})
        elif constants < _MOST_CONSTANTS:
            constants += 1
            stored = _stored(source)
            found.append({"from": None, "constant": _cut(stored.get_friendly_name()), **tensor(stored.output(0))})
    return found


def _computed(node: ov.Node) -> dict[str, Any]:
    """``gops``: 1e9 operations, null where they cannot be counted; ``integers``: whether on quantized values."""
    count, _ = macs(node)
    stored = [_stored(value.get_node()) for value in node.input_values() if _beside(value.get_node())]
    return {
        "gops": None if count is None else 2 * count / 1e9,
        "integers": bool(count) and is_quantized(node),
        "parameters": sum(row["elements"] for row in weights(stored).values()),
    }


def _beside(node: ov.Node) -> bool:
    return node.get_type_name() == "Constant" or unpacks(node)


def _stored(node: ov.Node) -> ov.Node:
    return node if node.get_type_name() == "Constant" else node.input_value(0).get_node()


def _attributes(node: ov.Node) -> dict[str, str]:
    try:
        found = node.get_attributes()
    except (RuntimeError, TypeError):  # of a body, or of a kind that Python has no name for
        return {}
    pairs = list(found.items())[:_MOST_ATTRIBUTES]
    return {_cut(str(name)): str(value)[:_LONGEST_ATTRIBUTE] for name, value in pairs}


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
