"""TensorFlow, a frozen graph: one GraphDef with its weights inside, as protobuf or as text."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.ir import MissingFile
from workbench.model_registry.formats._protobuf import mapped
from workbench.model_registry.formats._tensorflow import has_variables, is_graph, refuse_cut_off
from workbench.model_registry.values import Found

ACCEPTED = "a TensorFlow frozen graph (.pb or .pbtxt)"

# The first message of a GraphDef in text; a label map begins with "item", Caffe's nets with "layer".
_TEXT = re.compile(rb"(\s|#[^\n]*\n)*(node|library|versions)\s*:?\s*\{")
_HEAD = 4096


def claims(path: Path) -> bool:
    """Whether the file begins with a node of a graph, in either spelling."""
    return is_graph(mapped(path)) or _is_text(path)


def gather(main: Path, upload: Path) -> Found:
    """The graph, if its weights are inside it."""
    name, data = main.relative_to(upload).as_posix(), mapped(main)
    if _is_text(main):
        return Found({"model.pbtxt": main})
    refuse_cut_off(data, name)
    if has_variables(data):
        raise MissingFile(
            f"{name}: the graph reads variables, and they are not in it. Upload the checkpoint with its "
            ".meta file, or the whole SavedModel folder, or freeze the graph.",
            file=name,
            missing="the variables",
        )
    return Found({"model.pb": main})


def _is_text(path: Path) -> bool:
    with path.open("rb") as file:
        return _TEXT.match(file.read(_HEAD)) is not None
