"""What an IR's .xml says of itself, read as a stream: nothing is expanded, nothing fetched, no tree built."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

_PRODUCERS = {"MO_version": "Model Optimizer", "Runtime_version": "OpenVINO", "OpenVINO Runtime": "OpenVINO"}
_CHUNK = 2**16
_DEEPEST = 100  # elements inside each other; each branch or loop takes five


@dataclass
class Document:
    """Filled while reading. ``weights_end`` is the last byte of the .bin that any constant uses."""

    root: str | None = None
    version: str | None = None
    has_doctype: bool = False
    weights_end: int = 0
    producer: str | None = None
    broken: str | None = None


class _Enough(Exception):
    pass


def root_name(path: Path) -> str | None:
    """The name of the root element, or the one a DOCTYPE announces; None when this is not XML."""
    with path.open("rb") as file:
        if not file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            return None
    return _parse(path, only_root=True).root


def read_document(path: Path) -> Document:
    """The whole file; it stops at a DOCTYPE, and says in ``broken`` where it is not well-formed."""
    return _parse(path, only_root=False)


def _parse(path: Path, *, only_root: bool) -> Document:
    document = Document()
    parser = expat.ParserCreate()
    layer_type, depth = "", 0

    def doctype(name: str, *_: object) -> None:
        document.root, document.has_doctype = name, True
        raise _Enough

    def element(name: str, attributes: dict[str, str]) -> None:
        nonlocal layer_type, depth
        depth += 1
        if depth > _DEEPEST:
            raise ValueError(f"its elements are nested too deep, more than {_DEEPEST} inside each other")
        if document.root is None:
            document.root, document.version = name, attributes.get("version")
            if only_root:
                raise _Enough
        if name == "layer":
            layer_type = attributes.get("type", "")
        elif name == "data" and layer_type == "Const":
            document.weights_end = max(document.weights_end, _end(attributes))
        else:
            document.producer = document.producer or _producer(name, attributes)

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler, parser.EndElementHandler = element, end
    try:
        _feed(parser, path)
    except _Enough:
        pass
    except (expat.ExpatError, ValueError) as error:
        document.broken = str(error)
    return document


def _feed(parser: expat.XMLParserType, path: Path) -> None:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)


def _end(attributes: dict[str, str]) -> int:
    offset, size = attributes.get("offset", "0"), attributes.get("size", "0")
    # Plain digits, as every reader understands them alike: OpenVINO takes "+1" and " 1", too.
    if not all(text.isascii() and text.isdigit() and len(text) < 20 for text in (offset, size)):
        raise ValueError(f"a constant has offset '{offset[:40]}' and size '{size[:40]}', no bytes")
    return int(offset) + int(size)


def _producer(name: str, attributes: dict[str, str]) -> str | None:
    # <MO_version value="2023.3.0"/> up to 2023, <info name="OpenVINO Runtime" value="2026.4"/> since
    tool = _PRODUCERS.get(attributes.get("name", "") if name == "info" else name)
    return f"{tool} {attributes.get('value', '')}".strip() if tool else None
