"""What a run leaves, streamed as one tar in parts: never more than one part in memory, nothing twice on the disk."""

from __future__ import annotations

import hashlib
import tarfile
from pathlib import Path
from typing import Any

from workbench.runner.agent.protocol import PART_BYTES
from workbench.runner.agent.service import Service
from workbench.runner.unpack import FILES, FOLDER


def send(folder: Path, service: Service) -> list[dict[str, Any]]:
    """Everything of the run's folder that its launcher judges by; returns the parts as they were sent."""
    parts = _Parts(service)
    target: Any = parts  # tarfile asks for no more than write()
    with tarfile.open(fileobj=target, mode="w|", bufsize=1 << 20, format=tarfile.PAX_FORMAT) as archive:
        for name in FILES:
            if _plain(folder / name):
                archive.add(folder / name, name, recursive=False)
        # Links and devices among the outputs go as they are: whoever unpacks it refuses them by name.
        archive.add(folder / FOLDER, FOLDER)
    return parts.finish()


def _plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


class _Parts:
    """A file to write to."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._waiting = bytearray()
        self._sent: list[dict[str, Any]] = []

    def write(self, data: bytes) -> int:
        self._waiting += data
        while len(self._waiting) >= PART_BYTES:
            self._send(bytes(self._waiting[:PART_BYTES]))
            del self._waiting[:PART_BYTES]
        return len(data)

    def finish(self) -> list[dict[str, Any]]:
        """With what is left."""
        if self._waiting:
            self._send(bytes(self._waiting))
        return self._sent

    def _send(self, data: bytes) -> None:
        number = len(self._sent) + 1
        self._service.put_part(number, data)
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        self._sent.append({"number": number, "size_bytes": len(data), "md5": md5})
