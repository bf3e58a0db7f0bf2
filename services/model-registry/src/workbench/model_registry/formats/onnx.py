"""ONNX: one protobuf file, and maybe files beside it that hold its weights ("external data")."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

from workbench.model_registry.formats._onnx_model import ExternalData, begins, external_data, header
from workbench.model_registry.formats._protobuf import ProtobufError, mapped
from workbench.model_registry.values import BrokenModel, Found, MissingFile, UnsafeFile

ACCEPTED = "ONNX (.onnx, with its external data files if it has any)"

_MAIN = "model.onnx"
_OPSET_SINCE = 3  # files of an older IR version name no opset, there was only one
_AGAIN = "Export it again, or upload it again whole."


def claims(path: Path) -> bool:
    """Whether the file begins as an ONNX model does; it may be cut off later."""
    return begins(mapped(path))


def gather(main: Path, upload: Path) -> Found:
    """The model and the external data it names, each lying beside it and long enough."""
    name = main.relative_to(upload).as_posix()
    data = mapped(main)
    try:
        facts, external = _facts(data, name), external_data(data)
    except ProtobufError as error:
        raise BrokenModel(f"{name}: the ONNX file is damaged or cut off: {error}. {_AGAIN}",
                          file=name) from error
    return Found({_MAIN: main, **dict(_beside(main, item, name) for item in external)}, facts)


def _facts(data: memoryview, name: str) -> dict[str, Any]:
    found = header(data)
    if not found.has_graph:
        raise BrokenModel(f"{name}: the ONNX file has no graph, it may be cut off. {_AGAIN}", file=name)
    if not found.opset and found.ir_version >= _OPSET_SINCE:
        raise BrokenModel(f"{name}: the ONNX file names no opset, it may be cut off. {_AGAIN}", file=name)
    return {"producer": found.producer or None, "opset": found.opset}


def _beside(main: Path, item: ExternalData, name: str) -> tuple[str, Path]:
    location = _safe_location(main, item, name)
    path = main.parent / location
    if not path.is_file():
        raise MissingFile(f"{name}: its external data '{location}' was not uploaded. Upload them together.",
                          file=name, missing=location)
    size = path.stat().st_size
    if size < item.end:
        raise BrokenModel(
            f"{name}: its external data '{location}' has {size} bytes, but the weights '{item.tensor}' end "
            f"at byte {item.end}. Upload the file that belongs to this model, whole.", file=location)
    return location, path


def _safe_location(main: Path, item: ExternalData, name: str) -> str:
    location = PurePosixPath(item.location)
    if location.is_absolute() or ".." in location.parts or not location.parts:
        raise UnsafeFile(
            f"{name}: the weights '{item.tensor}' are to be read from '{item.location}', which is no file in "
            "the model's folder. Save the model with its external data beside it.", file=name)
    folders = [main.parent.joinpath(*location.parts[:n + 1]) for n in range(len(location.parts))]
    if any(path.is_symlink() for path in folders):
        raise UnsafeFile(f"{name}: its external data '{location}' is a symbolic link. Upload the file "
                         "itself.", file=name)
    if str(location) == _MAIN:
        raise UnsafeFile(f"{name}: its external data are called {_MAIN}, the name models are kept under. "
                         "Save them under another name.", file=name)
    return str(location)
