"""What a source says of a file, and what is asked of the network."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Checksum:
    """``algorithm``: one of hashlib's, or ``git``: the name git gives to the content, SHA-1 over size and bytes."""

    algorithm: str
    hex: str

    def of(self, chunks: Iterable[bytes], size_bytes: int) -> tuple[str, str]:
        """What these bytes really have by this algorithm, and their SHA-256; both hex."""
        own = hashlib.new("sha1" if self.algorithm == "git" else self.algorithm, usedforsecurity=False)
        if self.algorithm == "git":
            own.update(b"blob %d\0" % size_bytes)
        sha256 = hashlib.sha256()
        for chunk in chunks:
            own.update(chunk)
            sha256.update(chunk)
        return own.hexdigest(), sha256.hexdigest()


@dataclass(frozen=True)
class Remote:
    """One file as its source describes it: where, what it is called here, and what its bytes must be.

    ``headers`` go to the address's own host and to no other.
    """

    name: str
    url: str
    checksum: Checksum
    size_bytes: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Listing:
    """What a source has under a name. ``told``: what it says of it, which becomes a fact of the model."""

    files: list[Remote]
    told: dict[str, Any]


@dataclass(frozen=True)
class Pace:
    """How patient a download is. Times in seconds, ``least_bytes_s`` over each ``window_s``."""

    silence_s: float = 10.0
    pauses_s: tuple[float, ...] = (1.0, 2.0, 5.0, 10.0, 20.0)
    longest_wait_s: float = 600.0
    window_s: float = 60.0
    least_bytes_s: float = 8192.0


PATIENT = Pace()
SCHEMES = ("http", "https")


def fault_in_address(text: str) -> str | None:
    """Why it is no address that a file can be brought from; None when it is one."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not text.isascii() or not text.isprintable() or " " in text:
        return "not an address such as https://example.com/model.onnx"
    if parts.username is not None or parts.password is not None:
        return "has a user or password in it, which everybody who may see the job would see"
    return None


def shown(url: str) -> str:
    """The address without what may be a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}"
