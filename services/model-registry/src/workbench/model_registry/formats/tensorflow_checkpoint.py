"""TensorFlow checkpoint: its meta graph (.meta), and the variables beside it (.index and .data files)."""

from __future__ import annotations

from pathlib import Path

from workbench.ir import MissingFile
from workbench.model_registry.formats._protobuf import mapped
from workbench.model_registry.formats._tensorflow import is_meta_graph, producer, refuse_cut_off, variables
from workbench.model_registry.values import Found

ACCEPTED = "a TensorFlow checkpoint (.meta with its .index and .data files)"


def claims(path: Path) -> bool:
    """Whether the file begins as a meta graph; a SavedModel holds one, but does not begin so."""
    return is_meta_graph(mapped(path))


def gather(main: Path, upload: Path) -> Found:
    """The meta graph and the variables of the same name."""
    name, data = main.relative_to(upload).as_posix(), mapped(main)
    refuse_cut_off(data, name)
    prefix = main.with_suffix("")
    parts = variables(prefix, name)
    if not parts:
        missing = f"{prefix.name}.index"
        raise MissingFile(
            f"{name}: its variables were not uploaded. Upload {missing} and {prefix.name}.data-… in the same folder.",
            file=name,
            missing=missing,
        )
    files = {f"model{path.name.removeprefix(prefix.name)}": path for path in parts}
    return Found({"model.meta": main, **files}, {"producer": producer(data)})
