"""An object of unknown length to an S3 server: in parts, a few on their way at a time, hashed as they pass."""

from __future__ import annotations

import io
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, BinaryIO

from workbench.store.digest import Digest

PART_BYTES = 8 << 20
LANES = 3  # parts on their way at once: with the one being read, 32 MiB in memory


class Multipart:
    """The parts of one upload, a few on their way at a time."""

    def __init__(self, client: Any, address: dict[str, str], lanes: ThreadPoolExecutor) -> None:
        self._client, self._address, self._lanes = client, address, lanes
        self._sent: list[Future[dict[str, Any]]] = []
        self.expected = 0

    def send(self, data: bytes, digest: Digest, source: BinaryIO) -> int:
        """All of a stream whose first part is ``data``, hashed as it passes; returns its size in bytes."""
        while data:
            self.part("upload_part", Body=data)
            self.expected += len(data)
            data = read_full(source, PART_BYTES)
            digest.update(data)
        return self.expected

    def part(self, operation: str, **content: Any) -> None:
        """Hand over the next part; waits while too many are on their way."""
        if len(self._sent) >= LANES:
            self._sent[-LANES].result()
        self._sent.append(self._lanes.submit(self._one, operation, len(self._sent) + 1, content))

    def wait(self) -> list[dict[str, Any]]:
        """The parts as the completion names them."""
        return [sent.result() for sent in self._sent]

    def _one(self, operation: str, number: int, content: dict[str, Any]) -> dict[str, Any]:
        answer = getattr(self._client, operation)(**self._address, PartNumber=number, **content)
        return {"PartNumber": number, "ETag": answer.get("CopyPartResult", answer)["ETag"]}


def read_full(source: BinaryIO, size: int) -> bytes:
    """``size`` bytes, or what there is: sockets and raw files give less than asked before they end."""
    first = source.read(size)
    if len(first) == size or not first:
        return first
    gathered = io.BytesIO(first)
    gathered.seek(0, io.SEEK_END)
    while (left := size - gathered.tell()) and (chunk := source.read(left)):
        gathered.write(chunk)
    return gathered.getvalue()
