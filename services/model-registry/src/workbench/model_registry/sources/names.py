"""What a request calls a model elsewhere, and which files that is."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from workbench.model_registry.sources.huggingface import PREFIX, HuggingFace, Repository
from workbench.model_registry.sources.values import Checksum, Listing, Remote

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


def file_name(url: str) -> str:
    """What the file is called: the last part of the path."""
    name = PurePosixPath(unquote(urlsplit(url).path)).name
    plain = name not in ("", ".", "..") and "\\" not in name and name.isprintable() and len(name.encode()) <= 255
    return name if plain else "model"


def fault_in_source(text: str) -> str | None:
    """Why the text names nothing that can be brought; None when it does."""
    if not text.startswith(PREFIX):
        return fault_in_address(text)
    return None if Repository.of(text) else "not a repository such as hf:OWNER/NAME or hf:OWNER/NAME@REVISION"


def model_name(source: str) -> str:
    """The file or repository that a model is named after."""
    repository = Repository.of(source)
    return repository.name.rpartition("/")[2] if repository else file_name(source)


def listing(request: dict[str, Any], team: str, hub: HuggingFace) -> Listing:
    """What the request's source has. Raises Problems, and TryLater when it is busy."""
    source = request["source"]
    if repository := Repository.of(source):
        return hub.listing(repository, request.get("include") or (), team)
    return Listing([Remote(file_name(source), source, Checksum("sha256", request["sha256"]))], {"url": source})
