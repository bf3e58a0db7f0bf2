"""ONNX: one protobuf file, and maybe files beside it that hold its weights ("external data")."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.ir import BrokenModel, UnsafeFile
from workbench.model_registry.formats._onnx_start import begins
from workbench.model_registry.formats._protobuf import mapped
from workbench.model_registry.values import Found

if TYPE_CHECKING:
    from workbench.ir.onnx_model import ModelProto

ACCEPTED = "ONNX (.onnx, with its external data files if it has any)"

_MAIN = "model.onnx"
_OPSET_SINCE = 3  # files of an older IR version name no opset, there was only one


def claims(path: Path) -> bool:
    """Whether the file begins as an ONNX model does; it may be cut off later."""
    return begins(mapped(path))


def gather(main: Path, upload: Path) -> Found:
    """The model and the external data it names, each lying beside it and long enough."""
    # Only here: whoever uploads an IR does not wait for it.
    from workbench.ir import onnx_model

    name = main.relative_to(upload).as_posix()
    model = onnx_model.parse(main, name)
    return Found({_MAIN: main, **_companions(model, main, name)}, _facts(model, name))


def _companions(model: ModelProto, main: Path, name: str) -> dict[str, Path]:
    from workbench.ir import onnx_model, onnx_weights

    found = [
        onnx_weights.external_data(tensor, main, name)
        for tensor in onnx_model.tensors(model, name)
        if onnx_weights.is_external(tensor)
    ]
    if any(data.location == _MAIN for data in found):
        raise UnsafeFile(
            f"{name}: its external data are called {_MAIN}, the name models are kept under. Save them "
            "under another name.",
            file=name,
        )
    return {data.location: data.path for data in found}


def _facts(model: ModelProto, name: str) -> dict[str, Any]:
    from workbench.ir.onnx_weights import text

    opset = {text(entry.domain) or "ai.onnx": entry.version for entry in model.opset_import}
    if not opset and model.ir_version >= _OPSET_SINCE:
        raise BrokenModel(
            f"{name}: the ONNX file names no opset, it may be cut off. Export it again, or upload it again whole.",
            file=name,
        )
    producer = f"{text(model.producer_name)} {text(model.producer_version)}".strip()
    return {"producer": producer or None, "opset": opset}
