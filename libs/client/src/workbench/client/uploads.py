"""What is sent for a path, and sending it: files are read while they travel, never held in memory.

Everything that can be wrong with a path on this side is said before the first byte leaves.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import Any, BinaryIO

from workbench.client.errors import BadInput
from workbench.client.transport import Transport

# What belongs to a file by its name: the first list must be there, the second comes along when it is.
# (The converter's names for ONNX external data; another name needs the folder as the path.)
NEEDED: dict[str, tuple[str, ...]] = {
    ".xml": ("{stem}.bin",),
    ".meta": ("{stem}.index", "{stem}.data-*"),
    ".pdmodel": ("{stem}.pdiparams",),
}
WELCOME: dict[str, tuple[str, ...]] = {
    ".onnx": ("{name}.data", "{name}_data"),
    # The network may have another name: then the folder is to be given, and the service says so.
    ".caffemodel": ("{stem}.prototxt", "deploy.prototxt"),
    ".prototxt": ("{stem}.caffemodel",),
    ".params": ("{prefix}-symbol.json",),
    **dict.fromkeys((".safetensors", ".pth", ".pt"), ("architecture.json",)),
}
CHUNK = 1 << 20


@dataclass(frozen=True)
class Part:
    """One file to send, and the relative POSIX path the server knows it by."""

    name: str
    path: Path
    size_bytes: int

    def read(self, offset: int, size: int) -> Iterator[bytes]:
        """``size`` bytes from ``offset`` on. Raises BadInput when the file has changed its size."""
        try:
            with self.path.open("rb") as file:
                if os.fstat(file.fileno()).st_size != self.size_bytes:
                    raise BadInput(f"{self.path} changed its size while it was being sent: try again")
                file.seek(offset)
                while size > 0 and (chunk := file.read(min(CHUNK, size))):
                    size -= len(chunk)
                    yield chunk
        except OSError as error:
            raise BadInput(f"{self.path}: {error.strerror} while it was being sent") from None
        if size:
            raise BadInput(f"{self.path} changed its size while it was being sent: try again")

    def version(self) -> list[object]:
        """What changes when the file does."""
        return [str(self.path.resolve()), self.path.stat().st_mtime_ns]


def model_parts(path: Path) -> list[Part]:
    """A model file with what belongs to it, or every file of a folder. Raises BadInput."""
    if path.is_dir():
        return folder_parts(path)
    if path.suffix.lower() == ".bin" and path.with_suffix(".xml").is_file():
        raise BadInput(f"{path} holds an IR's weights: give {path.stem}.xml, the .bin comes along")
    if path.name == "saved_model.pb" and (path.parent / "variables").is_dir():
        raise BadInput(f"{path} needs the variables beside it: give the folder, {path.parent}")
    parts = [file_part(path, path.name)]
    for sibling in _siblings(path, NEEDED):
        if not sibling.is_file():
            raise BadInput(f"{path} needs its weights beside it: {sibling.name} is missing in {path.parent}")
        parts.append(file_part(sibling, sibling.name))
    return parts + [file_part(each, each.name) for each in _siblings(path, WELCOME) if each.is_file()]


def dataset_parts(path: Path) -> list[Part]:
    """An archive as it is, or every file of a folder. Raises BadInput."""
    return folder_parts(path) if path.is_dir() else [file_part(path, path.name)]


def tensor_parts(path: Path) -> list[Part]:
    """One array as `numpy.save` writes it. Raises BadInput."""
    if path.is_dir() or (path.is_file() and path.suffix.lower() != ".npy"):
        raise BadInput(f"{path} is no array: give a .npy file, as numpy.save writes it")
    return [file_part(path, path.name)]


def display_name(path: Path) -> str:
    """What people call it when they gave no name: as they typed it, not what it links to."""
    typed = path if path.name not in ("", "..") else path.resolve()
    return (typed.name if path.is_dir() else typed.stem)[:200]


def folder_parts(folder: Path) -> list[Part]:
    """The files below a folder in sorted order. Hidden files are left out, links are not followed.

    Raises BadInput for an empty folder and for a link that leads out of it: what it names would be missing.
    """
    parts = list(_walk(folder, folder))
    if not parts:
        raise BadInput(f"{folder} holds no files (hidden ones and links do not count)")
    return parts


def file_part(path: Path, name: str) -> Part:
    """One regular, non-empty, readable file. Raises BadInput with the reason."""
    try:
        name.encode()
    except UnicodeEncodeError:
        raise BadInput(f"{str(path)!r}: the file's name is not valid UTF-8, rename it") from None
    if not path.exists():
        raise BadInput(f"{path} does not exist")
    if not path.is_file():
        raise BadInput(f"{path} is neither a file nor a folder")
    size_bytes = path.stat().st_size
    if not os.access(path, os.R_OK):
        raise BadInput(f"{path} cannot be read: permission denied")
    return Part(name, path, size_bytes)


def send(transport: Transport, url: str, parts: list[Part], fields: dict[str, Any]) -> Any:
    """POST multipart/form-data and give back the answer's JSON.

    Raises BadInput when there is nothing to send or a file changes meanwhile.
    """
    refuse_empty(parts)
    data = {name: _in_form(value) for name, value in fields.items() if value is not None}
    try:
        return transport.json("POST", url, files=_multipart(parts), data=data)
    except OSError as error:
        raise BadInput(f"{error.filename}: {error.strerror} while it was being sent") from None


def _in_form(value: object) -> str:
    return json.dumps(value) if isinstance(value, dict) else str(value)


def refuse_empty(parts: list[Part]) -> None:
    """Raises BadInput when no file has a byte."""
    if not any(part.size_bytes for part in parts):
        raise BadInput(f"{parts[0].path} is empty" if len(parts) == 1 else "every file is empty")


def _multipart(parts: list[Part]) -> Callable[[], Any]:
    return lambda: [("files", (part.name, _WhenItsTurnComes(part), "application/octet-stream")) for part in parts]


def _siblings(path: Path, table: dict[str, tuple[str, ...]]) -> list[Path]:
    found = []
    for pattern in table.get(path.suffix.lower(), ()):
        name = pattern.format(stem=path.stem, name=path.name, prefix=path.stem.rpartition("-")[0])
        several = sorted(path.parent.glob(f"{escape(name[:-1])}*")) if name.endswith("*") else []
        found += several or [path.with_name(name)]
    return found


def _walk(folder: Path, root: Path) -> Iterator[Part]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise BadInput(f"{folder} cannot be read: {error.strerror}") from None
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_symlink():
            _refuse_leading_out(entry, root)
        elif entry.is_dir():
            yield from _walk(entry, root)
        else:
            yield file_part(entry, entry.relative_to(root).as_posix())


def _refuse_leading_out(link: Path, root: Path) -> None:
    if not link.resolve().is_relative_to(root.resolve()):
        raise BadInput(
            f"{link} leads out of the folder, to {link.readlink()}: give the file itself (what belongs to a "
            f"model comes along), or a copy with what links lead to (`cp -rL {root} COPY`)"
        )


class _WhenItsTurnComes(io.RawIOBase):
    """A file that opens at its first read and closes at its end.

    A folder may hold more images than a process may have open files. httpx asks tell and seek for the
    length, then seeks to 0 and reads.
    """

    def __init__(self, part: Part) -> None:
        self._part = part
        self._file: BinaryIO | None = None
        self._sent = 0

    def fileno(self) -> int:
        raise OSError("not open yet")

    def close(self) -> None:
        """Also of one that was refused half way."""
        if self._file is not None:
            self._file.close()
        super().close()

    def tell(self) -> int:
        return 0

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._part.size_bytes if whence == os.SEEK_END else offset

    def read(self, size: int = -1) -> bytes:
        if self._file is None:
            self._file = self._part.path.open("rb")
        piece = self._file.read(size)
        self._sent += len(piece)
        if not piece:
            self._file.close()
        # The length was declared before; more or less than that would be another request's bytes.
        if self._sent > self._part.size_bytes or (not piece and self._sent < self._part.size_bytes):
            raise BadInput(f"{self._part.path} changed its size while it was being sent: try again")
        return piece
