"""TensorFlow SavedModel: a folder with saved_model.pb, and its variables in the folder beside it."""

from __future__ import annotations

from pathlib import Path

from workbench.ir import BrokenModel, MissingFile
from workbench.model_registry.formats._protobuf import mapped
from workbench.model_registry.formats._tensorflow import (
    has_variables,
    meta_graph,
    producer,
    refuse_cut_off,
    variables,
)
from workbench.model_registry.values import Found

ACCEPTED = "a TensorFlow SavedModel (the folder with saved_model.pb)"

_PREFIX = Path("variables", "variables")


def claims(path: Path) -> bool:
    """Whether the file begins as a SavedModel with a graph."""
    return meta_graph(mapped(path)) is not None


def gather(main: Path, upload: Path) -> Found:
    """The graph and its variables, all of them."""
    name, data = main.relative_to(upload).as_posix(), mapped(main)
    refuse_cut_off(data, name)
    meta = meta_graph(data)
    if meta is None:
        raise BrokenModel(f"{name}: the SavedModel holds no graph. Export it again.", file=name)
    parts = variables(main.parent / _PREFIX, name)
    if not parts and has_variables(data):
        raise MissingFile(f"{name}: its variables were not uploaded. Upload the whole SavedModel folder, with "
                          f"{_PREFIX}.index and .data files.", file=name, missing=f"{_PREFIX}.index")
    files = {f"{_PREFIX.parent}/{path.name}": path for path in parts}
    return Found({"saved_model.pb": main, **files}, {"producer": producer(meta)})
