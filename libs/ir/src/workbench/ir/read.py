"""Reading a model file, and turning OpenVINO's many-line errors into one line for a person."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import openvino as ov
from workbench.ir import environments, exported_program
from workbench.ir.formats import APART, format_of, readable
from workbench.ir.names import settle_names
from workbench.runner.core import Refusal

_NOISE = re.compile(
    r"Exception from |Check '|FrontEnd API failed with|To facilitate the conversion|Summary:$|"
    r"Model wasn't fully converted\. Failed operations"
)
_UNSUPPORTED = [
    re.compile(pattern)
    for pattern in (
        r"No conversion rule found for operations: (.+)",
        r"Conversion is failed for: (.+)",
        r"doesn't contain the operation with type: (.+)",
        r"Cannot create (\S+) layer .+ from unsupported opset",
        r"No (?:creator|translator) found for (\S+) node",
    )
]
_LONGEST_REASON = 600
_TRAINING = re.compile(r"Dropout(-\d+)?")


class Unreadable(Refusal):
    """OpenVINO could not make a model of the file; ``file`` is its name."""


class UnsupportedOperations(Unreadable):
    """The file is whole, but holds operations that OpenVINO cannot convert: ``operations`` names them."""


def read(path: Path, called: str | None = None, copy_to: Path | None = None) -> ov.Model:
    """The model whose main file is ``path``, read but neither compiled nor run; messages say ``called`` of it.

    An IR, an ONNX file, or what OpenVINO's other front ends read, under the names of :mod:`workbench.ir.formats`.

    ``copy_to``: an empty folder in which stays what OpenVINO was given instead: of an ONNX model the copy that
    :mod:`workbench.ir.onnx_copy` wrote, ``model.onnx``, of one that is read apart the IR that was made, ``model.xml``,
    and of an exported program the copy that it was made of, ``model.pt2``.

    Its operations have the same names in every fresh process, those without a name in the file included.
    (A process that made others before may differ in one thing: OpenVINO renames an author's "Reshape_15" to
    "Reshape_15_1" when its own count for nameless operations is just there.)
    Raises :class:`Unreadable` with a one-line reason, what :mod:`workbench.ir.onnx_copy` raises, or MemoryError when
    the model needs more than there is.
    """
    called = called or path.name
    if not path.is_file():
        raise Unreadable(f"{called}: there is no such file.", file=called)
    if path.suffix == ".xml":
        _refuse_what_is_no_xml(path, called)
    if format_of(path) in APART:
        model = _read_apart(path, called, copy_to)
    else:
        model = _read_onnx(path, called, copy_to) if path.suffix == ".onnx" else _read(readable(path), called)
    settle_names(model)
    return model


def _refuse_what_is_no_xml(path: Path, called: str) -> None:
    # OpenVINO goes by content: an ONNX model of this name would be read as one. None begins with "<".
    with path.open("rb") as file:
        if not file.read(4).removeprefix(b"\xef\xbb\xbf").startswith(b"<"):
            raise Unreadable(
                f"{called}: it does not begin as XML does, with '<'. Upload the .xml as OpenVINO wrote it.", file=called
            )


def _read_onnx(path: Path, called: str, copy_to: Path | None) -> ov.Model:
    # Only here: what reads an IR needs no protobuf.
    from workbench.ir import onnx_copy

    if copy_to is not None:
        return _read(onnx_copy.copy(path, called, copy_to), called)
    with tempfile.TemporaryDirectory() as folder:  # what OpenVINO has mapped stays as long as the model
        return _read(onnx_copy.copy(path, called, Path(folder)), called)


def _read_apart(path: Path, called: str, copy_to: Path | None) -> ov.Model:
    name = APART[format_of(path)]
    with tempfile.TemporaryDirectory() as folder:
        place = copy_to or Path(folder)
        if format_of(path) == "pytorch":
            path = exported_program.copy(path, called, place)
        return _read(environments.converted(name, path, called, place / "model.xml"), called)


def _read(path: Path, called: str) -> ov.Model:
    try:
        return ov.Core().read_model(path)
    except MemoryError:
        raise
    except Exception as error:
        if "bad_alloc" in str(error):
            raise MemoryError(str(error)) from error
        # Without the folder: where a run works is nobody's business.
        raise _refusal(path, called, str(error).replace(f"{path.parent}/", "")) from error


def one_line(text: str) -> str:
    """What is left of an OpenVINO message without its source locations, on one line."""
    lines = [line.strip() for line in text.splitlines()]
    kept = [line for line in lines if line and not _NOISE.match(line)]
    return "; ".join(kept)[:_LONGEST_REASON] or text.strip()[:_LONGEST_REASON]


def _refusal(path: Path, called: str, text: str) -> Unreadable:
    if operations := _unsupported(text):
        return UnsupportedOperations(
            f"{called}: OpenVINO has no conversion for {', '.join(operations)}. {_why(text)}"
            f"{_advice(format_of(path), operations)}",
            file=called,
            operations=operations,
        )
    return Unreadable(f"{called}: OpenVINO cannot read it: {one_line(text)}", file=called)


def _advice(format: str, operations: list[str]) -> str:
    """What to do about them. An operation that is there for training alone is no matter of its opset."""
    if format == "onnx" and any(_TRAINING.fullmatch(name) for name in operations):
        return (
            "Dropout is in training mode there, so the model would answer by chance: export it for inference, such "
            "as by model.eval() before torch.onnx.export, or with is_test=1 in old opsets."
        )
    if format == "onnx" and all("." in name for name in operations):
        return "They are of no opset of ONNX itself: export the model without these."
    newer = "with operations of a newer opset, or " if format in ("onnx", "ir") else ""
    return f"Export the model {newer}without these."


def _unsupported(text: str) -> list[str]:
    matches = (pattern.search(text) for pattern in _UNSUPPORTED)
    return sorted({name.strip() for match in matches if match for name in match[1].split(",")})


def _why(text: str) -> str:
    details = re.findall(r"While validating .+", text)
    return f"{details[0].rstrip(':')}. " if details else ""
