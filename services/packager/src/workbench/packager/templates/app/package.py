"""What this package contains and what it promises, read from manifest.json."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def manifest() -> dict[str, Any]:
    """The package's manifest."""
    return read("manifest.json")


def read(path: str) -> Any:
    """A JSON file of the package."""
    return json.loads((ROOT / path).read_bytes())


def find_variant(name: str | None) -> dict[str, Any]:
    """The variant of that name, or the recommended one; raises KeyError naming those there are."""
    known = manifest()
    wanted = name or known["recommended"]
    for variant in known["variants"]:
        if variant["name"] == wanted:
            return variant
    names = ", ".join(variant["name"] for variant in known["variants"])
    raise KeyError(f"no variant {wanted!r}; there are {names}")


def changed_files() -> list[str]:
    """One line for each file that is missing or no longer has the digest of the manifest."""
    lines = []
    for path, file in manifest()["files"].items():
        if not (ROOT / path).is_file():
            lines.append(f"{path} is missing")
        elif _sha256(ROOT / path) != file["sha256"]:
            lines.append(f"{path} is not the file that was packaged (its SHA-256 differs)")
    return lines


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
