"""ONNX external data: which bytes of which file beside the model are a tensor's, if they are there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from onnx import TensorProto
from workbench.ir.refusals import BrokenModel, MissingFile, UnsafeFile

_LONGEST_SHOWN = 200


@dataclass(frozen=True)
class ExternalData:
    """``length`` bytes from ``offset`` on in the file ``location``, which lies at ``path``."""

    location: str
    path: Path
    offset: int
    length: int


def is_external(tensor: TensorProto) -> bool:
    """Whether its bytes lie in another file."""
    return bool(tensor.data_location == TensorProto.EXTERNAL)


def external_data(tensor: TensorProto, main: Path, called: str) -> ExternalData:
    """Where the bytes of such a tensor are: a plain file below the folder of ``main``, and long enough.

    Raises UnsafeFile, MissingFile, BrokenModel; messages say ``called`` of the model.
    """
    # What occurs twice counts as it was said last, for OpenVINO as for onnx.
    entries = {text(entry.key): text(entry.value) for entry in tensor.external_data}
    name = shown(text(tensor.name))
    location = _safe_location(entries.get("location", ""), main, name, called)
    path = main.parent / location
    if not path.is_file():
        raise MissingFile(
            f"{called}: its external data '{shown(location)}' was not uploaded. Upload them together.",
            file=called,
            missing=location,
        )
    offset, length = (_bytes(entries.get(key, "0"), key, called) for key in ("offset", "length"))
    size = path.stat().st_size
    if offset + length > size:
        raise BrokenModel(
            f"{called}: its external data '{shown(location)}' has {size} bytes, but the weights '{name}' end at byte "
            f"{offset + length}. Upload the file that belongs to this model, whole.",
            file=location,
        )
    return ExternalData(location, path, offset, length or size - offset)


def shown(text: str) -> str:
    """A name out of a model, fit for a sentence."""
    cut = text[:_LONGEST_SHOWN] + ("…" if len(text) > _LONGEST_SHOWN else "")
    return cut if cut.isprintable() else ascii(cut)[1:-1]


def _safe_location(written: str, main: Path, name: str, called: str) -> str:
    location = PurePosixPath(written)
    if location.is_absolute() or ".." in location.parts or not location.parts or not written.isprintable():
        raise UnsafeFile(
            f"{called}: the weights '{name}' are to be read from '{shown(written)}', which is no file in the model's "
            "folder. Save the model with its external data beside it.",
            file=called,
        )
    steps = [main.parent.joinpath(*location.parts[: n + 1]) for n in range(len(location.parts))]
    if any(path.is_symlink() for path in steps):
        raise UnsafeFile(
            f"{called}: its external data '{shown(str(location))}' is a symbolic link. Upload the file itself.",
            file=called,
        )
    return str(location)


def _bytes(written: str, key: str, called: str) -> int:
    """Plain decimal digits, as every reader understands them alike; others take "+1", " 1" or "1x" for 1."""
    if not (written.isascii() and written.isdigit() and len(written) < 20):
        raise BrokenModel(
            f"{called}: the ONNX file is damaged or cut off: the {key} of its external data is "
            f"'{shown(written[:40])}', not a number of bytes. Export it again.",
            file=called,
        )
    return int(written)


def text(value: str | bytes) -> str:
    """protobuf hands out bytes where a text is not UTF-8."""
    return value if isinstance(value, str) else value.decode(errors="replace")
