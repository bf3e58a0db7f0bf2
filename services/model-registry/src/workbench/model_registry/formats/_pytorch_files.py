"""What PyTorch and safetensors write, told apart by content, and the lines that export a network."""

from __future__ import annotations

from pathlib import Path

from workbench.model_registry.formats._zip_names import names

PICKLE = "a file of Python pickles: whoever loads it runs whatever program is in it, so nobody here does"
STATE = "a file of Python pickles, maybe weights: whoever loads it runs whatever program is in it, so nobody here does"
TORCHSCRIPT = "TorchScript: its code is a program that would run when it is loaded"
OLD_PROGRAM = "a program as PyTorch exported it before 2.8, with pickles for its weights: whoever loads it runs them"
WEIGHTS = "weights without a network (safetensors)"
EXPORT = (
    "In Python, beside your network: `import torch`; `model.eval()`; "
    "`torch.onnx.export(model, (torch.zeros(1, 3, 224, 224),), 'model.onnx')`, with the shape of its input. "
    "Upload the model.onnx that it writes; or the model.pt2 of "
    "`torch.export.save(torch.export.export(model, (torch.zeros(1, 3, 224, 224),)), 'model.pt2')`."
)
_PICKLED = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
_SMALLEST_HEADER, _LARGEST_HEADER = 2, 100 * 2**20


def what(path: Path) -> str | None:
    """One of the above, for a person; None for what is none of them."""
    with path.open("rb") as file:
        head = file.read(9)
    if head.startswith(_PICKLED):
        return PICKLE
    if head[8:] == b"{" and _SMALLEST_HEADER <= int.from_bytes(head[:8], "little") <= _LARGEST_HEADER:
        return WEIGHTS
    inside = {tuple(name.split("/")[1:]) for name in names(path)}
    if any(part[:1] == ("code",) for part in inside):
        return TORCHSCRIPT
    if ("data.pkl",) in inside:
        return STATE
    old = any(name.endswith("serialized_exported_program.json") for name in names(path))
    return OLD_PROGRAM if old else None
