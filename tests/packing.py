"""Archives of a few files, as bytes."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from typing import Any


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip; a name that ends in / is a folder."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def tarred(files: dict[str, bytes], mode: Any = "w", extra: tuple[tarfile.TarInfo, ...] = ()) -> bytes:
    """A tar, or with "w:gz" a packed one; a name that ends in / is a folder."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name.rstrip("/") if name != "/" else name)
            info.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for info in extra:
            archive.addfile(info)
    return file.getvalue()


def bomb(name: str, mib: int = 300) -> bytes:
    """A packed tar of one file of so many MiB of zeros. Each MiB is the same packed piece, so it is made at once."""
    info = tarfile.TarInfo(name)
    info.size = mib << 20
    return gzip.compress(info.tobuf()) + gzip.compress(bytes(1 << 20)) * mib + gzip.compress(bytes(1024))
