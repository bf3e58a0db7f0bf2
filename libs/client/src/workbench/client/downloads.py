"""A file from the server, whole or not at all: written to `<path>.part`, checked, then renamed.

While one piece is written and hashed, the next one comes, and the file need not be read again. What an earlier attempt
left in the .part file is continued, as long as the server still has the same bytes (If-Range with the ETag, which is
the file's SHA-256).

A large file may come from the object store itself, by a signed link that the server answers with. The link is its own
permission: the token is not sent there. Where the store cannot be reached, the server sends the bytes.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import httpx
from workbench.client.errors import BadInput, Damaged
from workbench.client.transport import ANSWER_S, WORTH_REPEATING, Transport

BUFFER_BYTES = 2**20
SYNC_BYTES = 64 * 2**20  # so often the disk is waited for: at the end there is little left to wait for
MOST_PIECES = 4  # that wait to be written
LINK = {"link": "true"}


class _Hashed:
    """A .part file and the digest of its first ``size`` bytes."""

    def __init__(self, path: Path) -> None:
        self.path, self.size, self._sha256 = path, 0, hashlib.sha256()

    def catch_up(self) -> int:
        """Hash what the file has and we have not seen; how large it is."""
        have = self.path.stat().st_size if self.path.exists() else 0
        if have < self.size:  # somebody else has written it
            self.size, self._sha256 = 0, hashlib.sha256()
        if have > self.size:
            with self.path.open("rb") as file:
                file.seek(self.size)
                while chunk := file.read(BUFFER_BYTES):
                    self._hash(chunk)
        return self.size

    def write(self, chunks: Iterator[bytes], *, append: bool) -> None:
        """Keep all of them, on the disk when they are through."""
        if not append:
            self.size, self._sha256 = 0, hashlib.sha256()
        with self.path.open("ab" if append else "wb", buffering=BUFFER_BYTES) as file:
            self._keep(chunks, file)
            file.flush()
            os.fsync(file.fileno())

    def _keep(self, chunks: Iterator[bytes], file: BinaryIO) -> None:
        with ThreadPoolExecutor(1) as aside:
            waiting: deque[Future[None]] = deque()
            try:
                for piece in _gathered(chunks):
                    waiting.append(aside.submit(self._take, piece, file))
                    if len(waiting) > MOST_PIECES:
                        waiting.popleft().result()
            finally:  # a disk that is full matters more than a connection that broke
                for each in waiting:
                    each.result()

    def _take(self, piece: bytes, file: BinaryIO) -> None:
        file.write(piece)
        before = self.size
        self._hash(piece)
        if before // SYNC_BYTES != self.size // SYNC_BYTES:
            file.flush()
            os.fdatasync(file.fileno())

    def _hash(self, chunk: bytes) -> None:
        self._sha256.update(chunk)
        self.size += len(chunk)

    def digest(self) -> str:
        """Of all of the file."""
        self.catch_up()
        return self._sha256.hexdigest()


def _gathered(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """In pieces worth a thread's while; what had come when the connection broke is not lost."""
    piece, size = [], 0
    try:
        for chunk in chunks:
            piece.append(chunk)
            size += len(chunk)
            if size >= BUFFER_BYTES:
                yield b"".join(piece)
                piece, size = [], 0
    except httpx.HTTPError:
        yield b"".join(piece)
        raise
    yield b"".join(piece)


def download(transport: Transport, url: str, to: Path, sha256: str) -> Path:
    """Bring the file of that digest to ``to``.

    Raises Damaged, Refused, Unreachable, or BadInput when ``to`` cannot be written.
    """
    part = to.with_name(to.name + ".part")
    try:
        for _ in range(2):  # a .part left by something else spoils the first attempt, never the second
            hashed = _Hashed(part)
            _fetch(transport, url, hashed, sha256)
            if hashed.digest() == sha256:
                part.replace(to)
                return to
            part.unlink()
    except OSError as error:
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            raise BadInput(f"cannot write {to}: {to.parent} is not a folder") from None
        part.unlink(missing_ok=True)
        raise BadInput(f"cannot write {to}: {error.strerror}") from None
    raise Damaged(f"{to.name} arrived damaged twice: its SHA-256 is not {sha256}; nothing was kept")


def _fetch(transport: Transport, url: str, part: _Hashed, sha256: str) -> None:
    """Append to ``part`` until the server says that was all; a lost connection is taken up again."""
    patience = transport.patience()
    params = dict(LINK)
    while True:
        have = part.catch_up()
        try:
            with transport.stream(url, _headers(have, sha256), params=params) as response:
                if response.is_redirect:
                    with _linked(transport, response.headers["location"], have) as linked:
                        if linked is not None:
                            _take(linked, part, append=linked.status_code == 206)
                            return
                    params.clear()  # the store is not for us: the server brings the bytes
                    continue
                _take(response, part, append=response.status_code == 206 and _etag(response) == sha256)
            return
        except WORTH_REPEATING as error:
            if _size(part.path) > have:
                patience = transport.patience()
            patience.pause(f"the download of {part.path.stem} broke off ({error})")


@contextmanager
def _linked(transport: Transport, url: str, have: int) -> Iterator[httpx.Response | None]:
    """The store's own answer; None when it does not answer, or not as it should. Its ETag is another than ours, and
    what is named by its digest never changes: the range needs no condition."""
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with transport.plain() as client:
        try:
            request = client.build_request("GET", url, headers=headers, timeout=httpx.Timeout(ANSWER_S, connect=5.0))
            response = client.send(request, stream=True)
        except httpx.HTTPError:
            yield None
            return
        try:
            yield response if response.status_code in (200, 206, 416) else None
        finally:
            response.close()


def _headers(have: int, sha256: str) -> dict[str, str]:
    # A compressed answer would count other bytes than the file's.
    plain = {"Accept-Encoding": "identity"}
    return {**plain, "Range": f"bytes={have}-", "If-Range": f'"{sha256}"'} if have else plain


def _take(response: httpx.Response, part: _Hashed, *, append: bool) -> None:
    if response.status_code == 416:  # nothing after what we have: the digest will tell
        return
    if response.status_code == 206 and not append:  # a piece of other bytes than ours
        part.path.unlink()
        raise httpx.RemoteProtocolError("the file changed on the server")
    part.write(response.iter_bytes(), append=append)


def _etag(response: httpx.Response) -> str:
    return response.headers.get("etag", "").removeprefix("W/").strip('"')


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
