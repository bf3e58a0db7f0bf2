"""OpenVINO IR: an .xml file with the network, and the .bin of the same name with its weights."""

from __future__ import annotations

from pathlib import Path

from workbench.ir import BrokenModel, UnsafeFile
from workbench.model_registry.formats._beside import missing
from workbench.model_registry.formats._ir_xml import Document, read_document, root_name
from workbench.model_registry.values import Found

ACCEPTED = "OpenVINO IR (.xml together with its .bin)"

_VERSIONS = ("10", "11")


def claims(path: Path) -> bool:
    """Whether the file is XML whose root is an IR's ``net``."""
    return root_name(path) == "net"


def gather(main: Path, upload: Path) -> Found:
    """The .xml with the .bin beside it, if their sizes say that they belong together."""
    name = main.relative_to(upload).as_posix()
    document = read_document(main)
    if document.has_doctype:
        raise UnsafeFile(
            f"{name}: it declares a DOCTYPE, which no IR has. Upload the .xml as OpenVINO wrote it.", file=name
        )
    if document.broken:
        raise BrokenModel(
            f"{name}: it is damaged or cut off: {document.broken}. Upload the .xml again, whole.", file=name
        )
    if document.version not in _VERSIONS:
        raise BrokenModel(
            f"{name}: it is IR version {document.version or 'unknown'}; versions 10 and 11 are "
            "accepted. Convert the original model again.",
            file=name,
        )
    weights = _weights(main, document, name)
    return Found({"model.xml": main, "model.bin": weights}, {"producer": document.producer})


def _weights(main: Path, document: Document, name: str) -> Path | None:
    path = main.with_suffix(".bin")
    if not path.is_file():
        if not document.weights_end:
            return None
        raise missing(name, "its weights were", path.name)
    size = path.stat().st_size
    if size != document.weights_end:
        raise BrokenModel(
            f"{name}: its weights end at byte {document.weights_end}, but {path.name} has {size} bytes: it "
            "belongs to another model or is not whole. Upload the .bin that was saved with this .xml.",
            file=path.name,
        )
    return path
