"""The routes of what has a graph: its layers page by page, and a part of it to draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, Range
from workbench.fields import Text
from workbench.problems.common import Deleted, InvalidRequest
from workbench.store import File, Keys, ObjectMissing, Store
from workbench.webapp import graph_parts
from workbench.webapp.documents import Blueprint
from workbench.webapp.graph_parts import Lines, Wanted

MOST_NODES = 2000  # what a browser lays out in a second
_LARGEST = 2**31 - 1
_LAYER = """\
`place`, `name`, `type`, `inputs` (each with `from`, the place of its layer, or the `constant`'s name, `shape`,
`element_type`) and `outputs`. Of a model: `gops` (1e9 operations), `integers` (whether they are), `parameters`,
`attributes`. Of a profile: `time_ms`, `exec_type`, `runtime_precision`, `original_layers` (names in the model),
`status`; `place` is null of what was fused into another."""
_NO_GRAPH = "No graph is known: the device tells none, or an earlier release measured, which kept none."
_NODE = """\
`id` (the first place), `last`, `count`, `name`, `type`, `types` (how many of each), `outputs`, `unseen` (edges to what
is not shown), sums of `gops`, `parameters`, `time_ms`; of a layer alone
`exec_type`, `runtime_precision`, `original_layers`. Ask with `first`=id and `last` for the layers of a run."""


class LayersQuery(ma.Schema):
    """Which layers; all that is given must hold."""

    search = Text(
        load_default=None,
        validate=Length(1, 200),
        metadata={"description": "In a layer's name, type, original layers, or a shape written `1x64x56x56`."},
    )
    type = Text(load_default=None, validate=Length(1, 200), metadata={"description": "Exactly, such as Convolution."})
    name = ma.fields.List(
        Text(validate=Length(1, 1001)),
        load_default=list,
        validate=Length(max=100),
        metadata={"description": "Its own, or of an original layer of it. Repeatable: any of them."},
    )
    limit = ma.fields.Integer(load_default=100, validate=Range(1, 500), metadata={"description": "Items a page."})
    cursor = Text(load_default=None, validate=Length(max=20))


class LayersView(ma.Schema):
    """One page of layers, in execution order."""

    items = ma.fields.List(ma.fields.Dict(), metadata={"description": _LAYER})
    matching = ma.fields.Integer(metadata={"description": "How many there are in all pages."})
    total = ma.fields.Integer(metadata={"description": "How many layers there are at all."})
    next_cursor = ma.fields.String(allow_none=True, metadata={"description": "Pass it as `cursor`; null at the end."})


class GraphQuery(ma.Schema):
    """Which part of the graph: around a layer, from one place to another, or as much as there is."""

    around = Text(
        load_default=None,
        validate=Length(1, 1001),
        metadata={"description": "The name of a layer, or of an original layer of it."},
    )
    depth = ma.fields.Integer(load_default=2, validate=Range(1, 10), metadata={"description": "Edges from `around`."})
    first = ma.fields.Integer(load_default=0, validate=Range(0, _LARGEST), metadata={"description": "A place."})
    last = ma.fields.Integer(load_default=_LARGEST, validate=Range(0, _LARGEST), metadata={"description": "A place."})
    limit = ma.fields.Integer(load_default=500, validate=Range(2, MOST_NODES), metadata={"description": "Nodes."})


class GraphView(ma.Schema):
    """Nodes and edges to draw. A node is a layer, or a run of layers where there are more than `limit`."""

    nodes = ma.fields.List(ma.fields.Dict(), metadata={"description": _NODE})
    edges = ma.fields.List(ma.fields.Dict(), metadata={"description": "`{from, to}`: ids of nodes."})
    total = ma.fields.Integer(metadata={"description": "How many layers the graph has."})
    whole = ma.fields.Boolean(metadata={"description": "Whether every layer is in it, alone or in a run."})
    collapsed = ma.fields.Boolean(metadata={"description": "Whether runs of layers are one node each."})
    note = ma.fields.String(allow_none=True, metadata={"description": "What was left out or collapsed, for people."})


def lines_of(store: Store, team: str, file: File) -> Lines:
    """The lines of a result's file. Raises Deleted, when read, once its bytes have been collected."""

    def lines() -> Iterator[bytes]:
        rest = b""
        try:
            for chunk in store.read(Keys(team).blob(file.sha256)):
                *whole, rest = (rest + chunk).split(b"\n")
                yield from whole
        except ObjectMissing:
            raise Deleted("file", file.name) from None
        if rest:
            yield rest

    return lines


def serve_graph(blueprint: Blueprint, found: Callable[[str], Lines]) -> None:
    """The two routes below a resource's id; ``found`` gives its layers."""

    @blueprint.get("/<job_id>/layers")
    @blueprint.arguments(LayersQuery, location="query")
    @blueprint.response(200, LayersView)
    def layers(query: dict[str, Any], job_id: str) -> dict[str, Any]:
        """Its layers in execution order, page by page, as far as they fit what is asked."""
        start = start_of(query["cursor"])
        wanted = Wanted(query["search"], query["type"], query["name"])
        page = graph_parts.page(found(job_id), wanted, start, query["limit"])
        end = start + len(page["items"])
        return {**page, "next_cursor": str(end) if end < page["matching"] else None}

    @blueprint.get("/<job_id>/graph")
    @blueprint.arguments(GraphQuery, location="query")
    @blueprint.response(200, GraphView)
    def graph(query: dict[str, Any], job_id: str) -> dict[str, Any]:
        """A part of its graph: around a layer, or between two places; what is more than `limit` comes as runs."""
        return _part(found(job_id), query)


def start_of(cursor: str | None) -> int:
    """Where a page of lines begins. Raises InvalidRequest."""
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit()):
        raise InvalidRequest({"cursor": "give the `next_cursor` of an earlier page, unchanged"})
    return int(cursor)


def _part(lines: Lines, query: dict[str, Any]) -> dict[str, Any]:
    total = graph_parts.count(lines)
    if total == 0:
        return {"nodes": [], "edges": [], "total": 0, "whole": True, "collapsed": False, "note": _NO_GRAPH}
    if query["around"] is not None:
        place = graph_parts.place_of(lines, query["around"])
        if place is None:
            raise InvalidRequest({"around": "no layer is called so; `layers` with `search` finds names"})
        part = graph_parts.around(lines, place, query["depth"], query["limit"])
    else:
        first, last = query["first"], min(query["last"], total - 1)
        if first > last:
            raise InvalidRequest({"first": f"there are the places 0 to {total - 1}, and `first` is up to `last`"})
        part = graph_parts.between(lines, first, last, query["limit"])
    shown = sum(node["count"] for node in part["nodes"])
    cut = part.pop("cut")
    return {**part, "total": total, "whole": shown == total, "note": _note(part, shown, total, cut)}


def _note(part: dict[str, Any], shown: int, total: int, cut: bool) -> str | None:
    said = [f"{shown} of {total} layers"] if shown < total else []
    if part["collapsed"]:
        said.append(f"{shown} layers as {len(part['nodes'])} runs in execution order")
    if cut:
        said.append("there are more within that depth than `limit`")
    return "; ".join(said) or None
