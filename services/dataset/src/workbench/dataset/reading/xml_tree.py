"""XML read element by element with its line numbers. What strangers wrote: no entity is resolved, no DTD is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from workbench.archives.entries import Entry

_CHUNK = 2**16
_DEEPEST = 50


class NotXml(ValueError):
    """The file breaks off or is something else; ``line`` where."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.line = line


@dataclass
class Node:
    """One element and what is in it."""

    tag: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def all(self, tag: str) -> list[Node]:
        """The children of this name."""
        return [child for child in self.children if child.tag == tag]

    def said(self, tag: str) -> str | None:
        """The text of the first child of this name."""
        return next((child.text.strip() for child in self.all(tag)), None)


class _Collector:
    """Keeps whole elements called ``tags`` until they are fetched, and nothing else."""

    def __init__(self, tags: tuple[str, ...]) -> None:
        self._tags, self._open, self.whole = tags, list[Node](), list[Node]()
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, *_said: object) -> None:
        raise NotXml("has a document type declaration, which is not read", self.parser.CurrentLineNumber)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if not self._open and tag not in self._tags:
            return
        if len(self._open) >= _DEEPEST:
            raise NotXml(f"its elements lie more than {_DEEPEST} deep in each other", self.parser.CurrentLineNumber)
        node = Node(tag, attributes, self.parser.CurrentLineNumber)
        if self._open:
            self._open[-1].children.append(node)
        self._open.append(node)

    def _end(self, _tag: str) -> None:
        if self._open:
            node = self._open.pop()
            if not self._open:
                self.whole.append(node)

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text


def elements(entry: Entry, *tags: str) -> Iterator[Node]:
    """Each of these names, the outermost ones, one after the other. Raises NotXml."""
    collector, data = _Collector(tags), entry.read()
    try:
        for start in range(0, len(data) + 1, _CHUNK):
            chunk = data[start : start + _CHUNK]
            collector.parser.Parse(chunk, start + _CHUNK > len(data))
            yield from collector.whole
            collector.whole.clear()
    except expat.ExpatError as wrong:
        raise NotXml(f"not XML: {expat.ErrorString(wrong.code)}", wrong.lineno) from None
