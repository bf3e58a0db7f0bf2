"""A part of a graph out of its lines, read one after another: pages of layers, and pictures of a few hundred nodes.

``Lines``: called, it begins anew; each line is a layer as :mod:`workbench.ir.layers` writes it, without a ``place``
where it is no node of the graph. Nothing here holds more than what is answered, however large the graph is.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

Layer = dict[str, Any]
Lines = Callable[[], Iterable[bytes]]

_PLAIN = re.compile(r"[ !#-\[\]-~]+")  # what JSON writes as it is
_SHAPE = re.compile(r"\d*[x?][\dx?]*", re.IGNORECASE)  # of several sizes: computed, so it stands in no line
_TYPES_NAMED = 3
_OF_ONE = ("exec_type", "runtime_precision", "original_layers")
_SUMMED = ("time_ms", "gops", "parameters")


@dataclass(frozen=True)
class Wanted:
    """Which layers: all that is given must hold.

    ``search``: in a layer's name, type, original layers, or a shape written 1x64x56x56. ``names``: any of them, its own
    or of an original layer.
    """

    search: str | None = None
    type: str | None = None
    names: Collection[str] = ()

    def fits(self, layer: Layer) -> bool:
        """Whether this is one."""
        if self.type is not None and layer["type"] != self.type:
            return False
        if self.names and not {layer["name"], *layer.get("original_layers", ())} & set(self.names):
            return False
        return self.search is None or any(self.search.lower() in text.lower() for text in _texts(layer))

    @property
    def all(self) -> bool:
        """Whether every layer is one."""
        return self.search is None and self.type is None and not self.names

    @property
    def written(self) -> bytes | None:
        """What the line of such a layer has in it, in lower case, as far as that is known: most need no parsing."""
        searched = None if self.search is None or _SHAPE.fullmatch(self.search) else self.search
        text = searched or self.type or (next(iter(self.names)) if len(self.names) == 1 else None)
        return text.lower().encode() if text and _PLAIN.fullmatch(text) else None


def page(lines: Lines, wanted: Wanted, start: int, limit: int) -> dict[str, Any]:
    """``items`` from the ``start``-th that fits on, ``matching`` and ``total``."""
    items, matching, total, every, written = [], 0, 0, wanted.all, wanted.written
    for line in lines():
        total += 1
        shown = start <= matching < start + limit
        if every and not shown:
            matching += 1
            continue
        if written and written not in line.lower() and line.isascii() and b"\\u" not in line:
            continue
        layer = json.loads(line)
        if every or wanted.fits(layer):
            if shown:
                items.append(layer)
            matching += 1
    return {"items": items, "matching": matching, "total": total}


def count(lines: Lines) -> int:
    """How many nodes the graph has."""
    return sum(1 for _ in _nodes(lines))


def place_of(lines: Lines, name: str) -> int | None:
    """Of the first node that is called so, or does what a layer called so did."""
    inside = None
    for layer in _nodes(lines):
        if layer["name"] == name:
            return int(layer["place"])
        if inside is None and name in layer.get("original_layers", ()):
            inside = int(layer["place"])
    return inside


def between(lines: Lines, first: int, last: int, limit: int) -> dict[str, Any]:
    """The layers from place ``first`` to ``last``; where they are more than ``limit``, each node is a run of them."""
    size = -(-(last - first + 1) // limit)
    drawn = _Drawn(lambda place: first + (place - first) // size * size if first <= place <= last else None)
    return {**drawn.of(lines), "collapsed": size > 1, "cut": False}


def around(lines: Lines, place: int, depth: int, limit: int) -> dict[str, Any]:
    """The layer and what is at most ``depth`` edges away, the nearest first; ``cut``: that is more than ``limit``."""
    near, frontier, cut = {place}, {place}, False
    for _ in range(depth):
        found = _neighbours(lines, frontier) - near
        cut = cut or len(near) + len(found) > limit
        frontier = set(sorted(found)[: limit - len(near)])
        near |= frontier
        if not frontier:
            break
    drawn = _Drawn(lambda each: each if each in near else None)
    return {**drawn.of(lines), "collapsed": False, "cut": cut}


@dataclass
class _Drawn:
    """Nodes and edges of what ``node`` gives a node (its id) for a layer's place; ``unseen``: edges to the rest."""

    node: Callable[[int], int | None]
    nodes: dict[int, Layer] = field(default_factory=dict)
    edges: dict[tuple[int, int], None] = field(default_factory=dict)
    unseen: Counter[int] = field(default_factory=Counter)

    def of(self, lines: Lines) -> dict[str, Any]:
        """From all the lines."""
        for layer in _nodes(lines):
            own = self.node(layer["place"])
            for source in _sources(layer):
                self._edge(self.node(source), own)
            if own is not None:
                self.nodes[own] = _joined(self.nodes.get(own), layer)
        nodes = [{**_told(node), "unseen": self.unseen[id]} for id, node in self.nodes.items()]
        return {"nodes": nodes, "edges": [{"from": source, "to": target} for source, target in self.edges]}

    def _edge(self, source: int | None, target: int | None) -> None:
        if source is not None and target is not None:
            if source != target:
                self.edges[source, target] = None
        elif source is not None or target is not None:
            self.unseen[source if source is not None else target] += 1  # type: ignore[index]  # one of them is there


def _joined(node: Layer | None, layer: Layer) -> Layer:
    if node is None:
        return {
            "id": layer["place"],
            "last": layer["place"],
            "count": 1,
            "first_layer": layer,
            "last_layer": layer,
            "types": Counter([layer["type"]]),
            "sums": {name: layer.get(name) for name in _SUMMED},
        }
    node["types"][layer["type"]] += 1
    sums = {name: _sum(node["sums"][name], layer.get(name)) for name in _SUMMED}
    return {**node, "last": layer["place"], "count": node["count"] + 1, "last_layer": layer, "sums": sums}


def _told(node: Layer) -> Layer:
    """One layer as it is, or what a run of them has in common."""
    first, last = node["first_layer"], node["last_layer"]
    alone = node["count"] == 1
    common = node["types"].most_common(_TYPES_NAMED)
    return {
        "id": node["id"],
        "last": node["last"],
        "count": node["count"],
        "name": first["name"] if alone else f"{first['name']} … {last['name']}",
        "type": first["type"] if alone else ", ".join(f"{many} {kind}" for kind, many in common),
        "types": dict(node["types"]),
        "outputs": last["outputs"],
        **{name: value for name, value in node["sums"].items() if value is not None},
        **({name: first[name] for name in _OF_ONE if name in first} if alone else {}),
    }


def _sum(one: float | None, other: float | None) -> float | None:
    return other if one is None else one if other is None else one + other


def _neighbours(lines: Lines, frontier: Collection[int]) -> set[int]:
    found: set[int] = set()
    for layer in _nodes(lines):
        sources = set(_sources(layer))
        if layer["place"] in frontier:
            found |= sources
        if sources & set(frontier):
            found.add(layer["place"])
    return found


def _sources(layer: Layer) -> list[int]:
    return [each["from"] for each in layer["inputs"] if each["from"] is not None]


def _texts(layer: Layer) -> Iterator[str]:
    yield from (layer["name"], layer["type"], *layer.get("original_layers", ()))
    for tensor in (*layer["inputs"], *layer["outputs"]):
        if tensor.get("shape") is not None:
            yield "x".join("?" if size == -1 else str(size) for size in tensor["shape"])


def _nodes(lines: Lines) -> Iterator[Layer]:
    return (layer for layer in _layers(lines) if layer["place"] is not None)


def _layers(lines: Lines) -> Iterator[Layer]:
    for line in lines():
        yield json.loads(line)
