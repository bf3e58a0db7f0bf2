"""Whether bytes begin as one of TensorFlow's protobuf messages does, whole or cut off; and what a graph says.

The field numbers are those of graph.proto, meta_graph.proto and saved_model.proto, which never change.
"""

from __future__ import annotations

import re
from pathlib import Path

from workbench.ir import BrokenModel, MissingFile
from workbench.model_registry.formats._protobuf import BYTES, VARINT, ProtobufError, Value, fields

_NODE, _NODE_NAME, _NODE_OP = 1, 1, 2
_META_INFO, _META_GRAPH, _META_SIGNATURE, _INFO_VERSION = 1, 2, 5, 5
_SIGNATURE_NAME = 1
_SCHEMA_VERSION, _META_GRAPHS = 1, 2
_OPERATION = re.compile(rb"[A-Za-z_][A-Za-z0-9_.>]*")
_VERSION = re.compile(rb"\d+\.\d+[\w.+-]*")
_LONGEST_NAME = 4096
_SHARD = re.compile(r"\.data-(\d{5})-of-(\d{5})$")
_VARIABLES = (b"\x12\x0bVarHandleOp", b"\x12\x0aVariableV2")  # as the operation of a node


def is_graph(message: memoryview) -> bool:
    """A GraphDef: its first field is a node with a name and an operation."""
    number, wire, node = _first(message)
    return (number, wire) == (_NODE, BYTES) and isinstance(node, memoryview) and _is_node(node)


def is_meta_graph(message: memoryview) -> bool:
    """A MetaGraphDef: what it is (the version of TensorFlow among it), then its graph."""
    found = {number: value for number, wire, value in _start(message, 2) if wire == BYTES}
    info, graph = found.get(_META_INFO), found.get(_META_GRAPH)
    if not isinstance(info, memoryview) or _version(info) is None:
        return False
    return not isinstance(graph, memoryview) or not len(graph) or is_graph(graph)


def meta_graph(saved_model: memoryview) -> memoryview | None:
    """The first MetaGraphDef of a SavedModel; None when it is no such thing."""
    start = _start(saved_model, 2)
    if [field[:2] for field in start] != [(_SCHEMA_VERSION, VARINT), (_META_GRAPHS, BYTES)]:
        return None
    meta = start[1][2]
    return meta if isinstance(meta, memoryview) and is_meta_graph(meta) else None


def producer(meta: memoryview) -> str | None:
    """Which TensorFlow wrote a MetaGraphDef."""
    _, _, info = _first(meta)
    version = _version(info) if isinstance(info, memoryview) else None
    return f"TensorFlow {version}" if version else None


def signatures(meta: memoryview) -> list[str]:
    """By which names a MetaGraphDef is asked to compute; what TensorFlow has for itself is left out."""
    found = []
    for number, wire, value in fields(meta):
        if number == _META_SIGNATURE and wire == BYTES and isinstance(value, memoryview):
            field, _, name = _first(value)
            if field == _SIGNATURE_NAME and isinstance(name, memoryview):
                found.append(bytes(name[:_LONGEST_NAME]).decode(errors="replace"))
    return sorted(name for name in found if not name.startswith("__"))


def refuse_cut_off(message: memoryview, name: str) -> None:
    """Raise BrokenModel where the message is not whole."""
    try:
        for _ in fields(message):
            pass
    except ProtobufError as error:
        raise BrokenModel(
            f"{name}: the TensorFlow file is damaged or cut off: {error}. Upload it again, whole.", file=name
        ) from error


def variables(prefix: Path, name: str) -> list[Path]:
    """The index and the data files of a checkpoint ``prefix``; none where there are none. Raises MissingFile."""
    index = prefix.with_name(f"{prefix.name}.index")
    shards = {path.name: path for path in prefix.parent.glob("*") if path.is_file() and _is_shard(path, prefix)}
    if not shards and not index.is_file():
        return []
    many = max((_of(path) for path in shards), default=1)
    wanted = [index.name, *(f"{prefix.name}.data-{place:05}-of-{many:05}" for place in range(many))]
    for each in wanted:
        if not prefix.with_name(each).is_file():
            raise MissingFile(
                f"{name}: a part of its variables was not uploaded. Upload {each} beside "
                f"{next(iter(shards), index.name)}.",
                file=name,
                missing=each,
            )
    return [prefix.with_name(each) for each in wanted]


def has_variables(message: memoryview) -> bool:
    """Whether the graph reads variables, which are in other files."""
    data = message.obj
    found = getattr(data, "find", bytes(message).find)
    return any(found(word) >= 0 for word in _VARIABLES)


def _is_shard(path: Path, prefix: Path) -> bool:
    return bool(_SHARD.search(path.name)) and path.name[: -len(".data-00000-of-00000")] == prefix.name


def _of(name: str) -> int:
    found = _SHARD.search(name)
    return min(int(found[2]), 10_000) if found else 1


def _is_node(node: memoryview) -> bool:
    start = _start(node, 2)
    if [field[:2] for field in start] != [(_NODE_NAME, BYTES), (_NODE_OP, BYTES)]:
        return False
    name, operation = (bytes(value) if isinstance(value, memoryview) else b"" for _, _, value in start)
    return 0 < len(name) <= _LONGEST_NAME and _OPERATION.fullmatch(operation) is not None


def _version(info: memoryview) -> str | None:
    try:
        for number, wire, value in fields(info, cut_off=True):
            if number == _INFO_VERSION and wire == BYTES and isinstance(value, memoryview):
                return bytes(value[:64]).decode() if _VERSION.fullmatch(value[:64]) else None
    except ProtobufError:
        pass
    return None


def _first(message: memoryview) -> tuple[int, int, Value]:
    return next(iter(_start(message, 1)), (0, 0, 0))


def _start(message: memoryview, count: int) -> list[tuple[int, int, Value]]:
    """So many fields from the start on, fewer where it ends or cannot be protobuf."""
    found: list[tuple[int, int, Value]] = []
    try:
        for field in fields(message, cut_off=True):
            found.append(field)
            if len(found) == count:
                break
    except ProtobufError:
        pass
    return found
