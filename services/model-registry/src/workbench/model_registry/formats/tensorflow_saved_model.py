"""TensorFlow SavedModel: a folder with saved_model.pb, and its variables in the folder beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.ir import BrokenModel, MissingFile
from workbench.model_registry.formats._protobuf import mapped
from workbench.model_registry.formats._tensorflow import (
    has_variables,
    meta_graph,
    producer,
    refuse_cut_off,
    signatures,
    variables,
)
from workbench.model_registry.values import Found

ACCEPTED = "a TensorFlow SavedModel (the folder with saved_model.pb)"

_PREFIX = Path("variables", "variables")
_DEFAULT = "serving_default"


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
        raise MissingFile(
            f"{name}: its variables were not uploaded. Upload the whole SavedModel folder, with "
            f"{_PREFIX}.index and .data files.",
            file=name,
            missing=f"{_PREFIX}.index",
        )
    files = {f"{_PREFIX.parent}/{path.name}": path for path in parts}
    return Found({"saved_model.pb": main, **files}, {"producer": producer(meta), **_several(signatures(meta))})


def _several(names: list[str]) -> dict[str, Any]:
    """Of several signatures OpenVINO reads the default one, or without it all of them together."""
    if len(names) < 2:
        return {}
    taken = [_DEFAULT] if _DEFAULT in names else names
    left_out = [name for name in names if name not in taken]
    told = (
        f"The SavedModel has other signatures beside {_DEFAULT}, which was taken: {', '.join(left_out)}."
        if left_out
        else f"The SavedModel has several signatures and no {_DEFAULT}, so the outputs of all were "
        f"taken: {', '.join(names)}."
    )
    told += f" For another one alone, save the model with it as {_DEFAULT}."
    return {"signatures": {"taken": taken, "others": left_out}, "warnings": [told]}
