"""What PyTorch saves and nobody should load, told apart to say how the model can be brought."""

from __future__ import annotations

from pathlib import Path

from workbench.model_registry.formats._zip_names import names
from workbench.model_registry.values import Found, NotTaken

ACCEPTED = None

_PICKLE = "a file of Python pickles: whoever loads it runs whatever program is in it, so nobody here does"
_TORCHSCRIPT = "TorchScript: its code is a program that would run when it is loaded"
_OLD_PROGRAM = "a program as PyTorch exported it before 2.8, with pickles for its weights: whoever loads it runs them"
_WEIGHTS = "weights without a network (safetensors)"
_PICKLED = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
_SMALLEST_HEADER, _LARGEST_HEADER = 2, 100 * 2**20
_EXPORT = ("In Python, beside your network: `import torch`; `model.eval()`; "
           "`torch.onnx.export(model, (torch.zeros(1, 3, 224, 224),), 'model.onnx')`, with the shape of its input. "
           "Upload the model.onnx that it writes; or the model.pt2 of "
           "`torch.export.save(torch.export.export(model, (torch.zeros(1, 3, 224, 224),)), 'model.pt2')`.")  # fmt: skip


def claims(path: Path) -> bool:
    """Whether PyTorch wrote it, or pickle did."""
    return _what(path) is not None


def gather(main: Path, upload: Path) -> Found:
    """Refuses, with the lines that export."""
    name = main.relative_to(upload).as_posix()
    raise NotTaken(f"{name}: this is {_what(main)}. {_EXPORT}", file=name)


def _what(path: Path) -> str | None:
    with path.open("rb") as file:
        head = file.read(9)
    if head.startswith(_PICKLED):
        return _PICKLE
    if head[8:] == b"{" and _SMALLEST_HEADER <= int.from_bytes(head[:8], "little") <= _LARGEST_HEADER:
        return _WEIGHTS
    inside = {tuple(name.split("/")[1:]) for name in names(path)}
    if any(part[:1] == ("code",) for part in inside):
        return _TORCHSCRIPT
    if ("data.pkl",) in inside:
        return _PICKLE
    old = any(name.endswith("serialized_exported_program.json") for name in names(path))
    return _OLD_PROGRAM if old else None
