"""The copy of an ONNX model that OpenVINO is given: written by us, with weights in files that we named.

OpenVINO has an ONNX reader of its own, that follows external data to paths, links, even addresses in memory
("*/_ORT_MEM_ADDR_/*"). So it never sees a user's bytes, only what was understood of them: every field known, every
location checked, copied and replaced. Large weights inside the model move out of it, too: written as a file they
need no second copy in memory, and OpenVINO maps them.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from onnx import ModelProto, TensorProto
from workbench.ir.onnx_model import parse, tensors
from workbench.ir.onnx_weights import external_data, is_external

_INSIDE = "inside"  # our file for weights that lay in the model itself
_LARGE_BYTES = 2**20
_ALIGNMENT = 64
_MOVABLE = {
    TensorProto.FLOAT,
    TensorProto.FLOAT16,
    TensorProto.BFLOAT16,
    TensorProto.DOUBLE,
    TensorProto.INT8,
    TensorProto.UINT8,
}
_TYPED = ("float_data", "int32_data", "int64_data", "double_data", "uint64_data", "string_data")


def copy(main: Path, called: str, folder: Path) -> Path:
    """The model in ``main`` with its weights, in the empty ``folder``. Raises what its parsing raises."""
    model = parse(main, called)
    with (folder / _INSIDE).open("wb") as inside:
        weights = _Weights(main, called, folder, inside)
        for tensor in tensors(model, called):
            weights.take(tensor)
    return _written(model, folder / "model.onnx")


@dataclass
class _Weights:
    """The files that one model's weights are brought to."""

    main: Path
    called: str
    folder: Path
    inside: BinaryIO
    copies: dict[Path, str] = field(default_factory=dict)

    def take(self, tensor: TensorProto) -> None:
        """Bring the tensor's bytes to a file of ours, if they do not simply stay in the model."""
        if is_external(tensor):
            data = external_data(tensor, self.main, self.called)
            _place(tensor, self._copied(data.path), data.offset, data.length)
        else:
            del tensor.external_data[:]
            if tensor.data_type in _MOVABLE and not any(len(getattr(tensor, name)) for name in _TYPED):
                self._move(tensor)

    def _copied(self, path: Path) -> str:
        """Each file once and whole: that costs no more than was uploaded, however often it is named."""
        if path not in self.copies:
            self.copies[path] = f"{len(self.copies)}.bin"
            shutil.copyfile(path, self.folder / self.copies[path])
        return self.copies[path]

    def _move(self, tensor: TensorProto) -> None:
        data = tensor.raw_data
        if len(data) < _LARGE_BYTES:
            return
        self.inside.write(bytes(-self.inside.tell() % _ALIGNMENT))
        offset = self.inside.tell()
        self.inside.write(data)
        _place(tensor, _INSIDE, offset, len(data))


def _place(tensor: TensorProto, location: str, offset: int, length: int) -> None:
    tensor.ClearField("raw_data")
    del tensor.external_data[:]
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", str(offset)), ("length", str(length))):
        tensor.external_data.add(key=key, value=value)


def _written(model: ModelProto, path: Path) -> Path:
    path.write_bytes(model.SerializeToString())
    return path
