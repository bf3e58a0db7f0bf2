"""One part on its way in: counted and hashed while it is read, and refused before anything is kept of it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io

from flask import Request
from workbench.problems.common import HttpProblem
from workbench.webapp.upload_links import Link
from workbench.webapp.upload_problems import PartRefused


class ArrivingPart(io.RawIOBase):
    """The body of a request as a stream that ends well only when size and MD5 are right.

    Whoever reads to the end gets PartRefused instead of the end otherwise, so that nothing is kept.
    """

    def __init__(self, link: Link, request: Request) -> None:
        self._link = link
        self._left = _length(link, request)
        self._wanted = _content_md5(link, request)
        self._body = request.stream
        self._md5 = hashlib.md5(usedforsecurity=False)

    @property
    def md5(self) -> str:
        """Of what was read so far, in hex."""
        return self._md5.hexdigest()

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises PartRefused."""
        chunk = self._body.read(min(size, self._left) if size >= 0 else self._left)
        self._left -= len(chunk)
        self._md5.update(chunk)
        if chunk:
            return chunk
        if self._left:
            raise PartRefused(self._link.name, self._link.number, f"{self._left} bytes are missing at its end")
        if self._wanted is not None and self._wanted != self.md5:
            reason = f"it arrived with MD5 {self.md5}, Content-MD5 says {self._wanted}"
            raise PartRefused(self._link.name, self._link.number, reason)
        return b""


def _length(link: Link, request: Request) -> int:
    if request.content_length is None:
        raise HttpProblem(411, f"Content-Length is needed; this part has {link.size_bytes} bytes.")
    if request.content_length != link.size_bytes:
        reason = f"Content-Length is {request.content_length}, {link.size_bytes} bytes were declared"
        raise PartRefused(link.name, link.number, reason)
    return link.size_bytes


def _content_md5(link: Link, request: Request) -> str | None:
    header = request.headers.get("Content-MD5")
    if header is None:
        return None
    try:
        digest = base64.b64decode(header, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != 16:
        raise PartRefused(link.name, link.number, "Content-MD5 is not the base64 form of 16 bytes")
    return digest.hex()
