"""What OpenVINO is known to read and not to honour, told by name where nothing else could tell.

The comparison with onnxruntime decides; this table is for models that onnxruntime does not run, or not on numbers that
anybody could guess.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from onnx import AttributeProto, ModelProto, NodeProto

# Operation, attribute, whether a value of it is not honoured.
_IGNORED: tuple[tuple[str, str, Callable[[AttributeProto], bool]], ...] = (
    ("Resize", "antialias", lambda value: value.i != 0),
    ("Resize", "exclude_outside", lambda value: value.i != 0),
)


def ignored(path: Path) -> str | None:
    """The first such attribute in an ONNX model, as in "antialias of Resize 'up'"."""
    for node in ModelProto.FromString(path.read_bytes()).graph.node:
        for attribute in node.attribute:
            if _is_ignored(node, attribute):
                return f"{attribute.name} of {node.op_type} '{node.name or node.output[0]}'"
    return None


def _is_ignored(node: NodeProto, attribute: AttributeProto) -> bool:
    return any(
        node.op_type == operation and attribute.name == name and asks(attribute) for operation, name, asks in _IGNORED
    )
