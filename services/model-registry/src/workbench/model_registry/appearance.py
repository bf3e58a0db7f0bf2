"""What a file that no format claims looks like, for the message that refuses it."""

from __future__ import annotations

from pathlib import Path

_MAGIC = [
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"\xfd7zXZ", "an xz archive"),
    (0, b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (0, b"7z\xbc\xaf", "a 7z archive"),
    (0, b"\x93NUMPY", "a NumPy array"),
    (0, b"\x89PNG", "a PNG image"),
    (0, b"\xff\xd8\xff", "a JPEG image"),
    (3, b"\x08\x01\x1a\x02\x08", "the index of TensorFlow variables, without their graph"),
]
_TEXT = [
    (b"version https://git-lfs", "a Git LFS pointer: the model itself was never fetched, run `git lfs pull`"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<", "XML, but not an OpenVINO IR"),
    (b"{", "JSON text"),
]
_HEAD = 4096


def appearance(path: Path) -> str:
    """A few words after "it looks like", from the first bytes alone."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b"\0"):
        return "nothing but zero bytes" if head else "an empty file"
    for offset, magic, what in _MAGIC:
        if head[offset:].startswith(magic):
            return what
    head = head.removeprefix(b"\xef\xbb\xbf")
    if not _is_text(head):
        return "binary data of no kind we know"
    start = head.lstrip().lower()
    return next((what for beginning, what in _TEXT if start.startswith(beginning)), "text")


def _is_text(head: bytes) -> bool:
    # A character cut in two by the end of the head is no reason to call it binary.
    decoded = head.decode(errors="ignore")
    return len(head) - len(decoded.encode()) < 4 and all(c.isprintable() or c in "\r\n\t\f" for c in decoded)
