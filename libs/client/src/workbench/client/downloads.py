"""A file from the server, whole or not at all: written to `<path>.part`, checked, then renamed.

What an earlier attempt left in the .part file is continued, as long as the server still has the same bytes
(If-Range with the ETag, which is the file's SHA-256).
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import httpx
from workbench.client.errors import BadInput, Damaged
from workbench.client.transport import WORTH_REPEATING, Transport

BUFFER_BYTES = 2**20


def download(transport: Transport, url: str, to: Path, sha256: str) -> Path:
    """Bring the file of that digest to ``to``.

    Raises Damaged, Refused, Unreachable, or BadInput when ``to`` cannot be written.
    """
    part = to.with_name(to.name + ".part")
    try:
        for _ in range(2):  # a .part left by something else spoils the first attempt, never the second
            _fetch(transport, url, part, sha256)
            if _digest(part) == sha256:
                part.replace(to)
                return to
            part.unlink()
    except OSError as error:
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            raise BadInput(f"cannot write {to}: {to.parent} is not a folder") from None
        part.unlink(missing_ok=True)
        raise BadInput(f"cannot write {to}: {error.strerror}") from None
    raise Damaged(f"{to.name} arrived damaged twice: its SHA-256 is not {sha256}; nothing was kept")


def _fetch(transport: Transport, url: str, part: Path, sha256: str) -> None:
    """Append to ``part`` until the server says that was all; a lost connection is taken up again."""
    patience = transport.patience()
    while True:
        have = _size(part)
        try:
            with transport.stream(url, _headers(have, sha256)) as response:
                if response.status_code == 416:  # nothing after what we have: the digest will tell
                    return
                _write(response, part, append=response.status_code == 206 and _etag(response) == sha256)
            return
        except WORTH_REPEATING as error:
            if _size(part) > have:
                patience = transport.patience()
            patience.pause(f"the download of {part.stem} broke off ({error})")


def _headers(have: int, sha256: str) -> dict[str, str]:
    # A compressed answer would count other bytes than the file's.
    plain = {"Accept-Encoding": "identity"}
    return {**plain, "Range": f"bytes={have}-", "If-Range": f'"{sha256}"'} if have else plain


def _write(response: httpx.Response, part: Path, *, append: bool) -> None:
    if response.status_code == 206 and not append:  # a piece of other bytes than ours
        part.unlink()
        raise httpx.RemoteProtocolError("the file changed on the server")
    with part.open("ab" if append else "wb", buffering=BUFFER_BYTES) as file:
        # As it comes: a chunk of a size of ours would be lost, half gathered, with the connection.
        for chunk in response.iter_bytes():
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def _etag(response: httpx.Response) -> str:
    return response.headers.get("etag", "").removeprefix("W/").strip('"')


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
