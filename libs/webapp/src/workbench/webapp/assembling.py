"""The parts of an upload become files: each is there, and is what was declared and what its sender says it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.store import Part, Store
from workbench.webapp.upload_problems import PartRefused
from workbench.webapp.upload_state import Arrived, Span, Upload, arrived, whole_key

Named = Mapping[str, Sequence[tuple[int, str]]]
"""By file name, the number and MD5 (hex) of each part, as whoever sent them says."""


def assemble(store: Store, upload: Upload, named: Named | None) -> list[dict[str, Any]]:
    """Make an object of every file: {name, key, sha256, size_bytes} of each, sorted by name.

    Without ``named``, whatever has arrived counts. May be repeated. Raises PartRefused, before anything
    is assembled, when a part is missing or is another than declared or named.
    """
    there = arrived(store, upload)
    chosen = [_chosen(upload, number, there, named) for number in range(len(upload.files))]
    made = []
    for number, (file, parts) in enumerate(zip(upload.files, chosen, strict=True)):
        if file.token:
            key = upload.key(number)
            if parts:
                store.complete_parts(key, file.token, parts)
        elif parts:
            key = whole_key(upload.team, upload.id, number, parts[0].md5)
        else:
            key = whole_key(upload.team, upload.id, number, "empty")
            store.put(key, b"")
        made.append({"name": file.name, "key": key, "sha256": file.sha256, "size_bytes": file.size_bytes})
    return sorted(made, key=lambda file: str(file["name"]))


def _chosen(upload: Upload, number: int, there: Arrived, named: Named | None) -> list[Part]:
    """The parts of one file in order; none when it is empty or assembled already."""
    file = upload.files[number]
    spans = file.spans(upload.part_size_bytes)
    claims = _claims(file.name, spans, named)
    if file.token and number not in there:
        return []
    parts = there.get(number, ())
    return [_match(file.name, span, md5, parts) for span, md5 in zip(spans, claims, strict=True)]


def _claims(name: str, spans: Sequence[Span], named: Named | None) -> list[str | None]:
    """The MD5 that is claimed for each part; None where none is."""
    if named is None or (not spans and name not in named):
        return [None] * len(spans)
    claimed = named.get(name, ())
    for span, claim in zip(spans, claimed, strict=False):
        if claim[0] != span.number:
            raise PartRefused(name, claim[0], f"part {span.number} was expected here; name every part once, ascending")
    if len(claimed) != len(spans):
        at = min(len(claimed), len(spans)) + 1
        raise PartRefused(name, at, f"the file has {len(spans)} parts, {len(claimed)} are named")
    return [md5.lower() for _, md5 in claimed]


def _match(name: str, span: Span, md5: str | None, parts: Sequence[Part]) -> Part:
    candidates = [part for part in parts if part.number == span.number]
    if not candidates:
        raise PartRefused(name, span.number, f"it has not arrived ({span.size_bytes} bytes are expected)")
    part = next((part for part in candidates if part.md5.lower() == md5), candidates[-1])
    if md5 is not None and part.md5.lower() != md5:
        raise PartRefused(name, span.number, f"it arrived with MD5 {part.md5}, {md5} was expected")
    if part.size_bytes != span.size_bytes:
        raise PartRefused(name, span.number, f"it has {part.size_bytes} bytes, {span.size_bytes} were expected")
    return part
