"""What a request calls a model elsewhere, and which files that is."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from workbench.model_registry.sources.huggingface import PREFIX as OF_HUB
from workbench.model_registry.sources.huggingface import HuggingFace, Repository
from workbench.model_registry.sources.values import Checksum, Listing, Remote, fault_in_address
from workbench.model_registry.sources.zoo import Zoo
from workbench.model_registry.sources.zoo_choice import PREFIX as OF_ZOO
from workbench.model_registry.sources.zoo_choice import ZooModel


def file_name(url: str) -> str:
    """What the file is called: the last part of the path."""
    name = PurePosixPath(unquote(urlsplit(url).path)).name
    plain = name not in ("", ".", "..") and "\\" not in name and name.isprintable() and len(name.encode()) <= 255
    return name if plain else "model"


def fault_in_source(text: str) -> str | None:
    """Why the text names nothing that can be brought; None when it does."""
    if text.startswith(OF_HUB):
        return None if Repository.of(text) else "not a repository such as hf:OWNER/NAME or hf:OWNER/NAME@REVISION"
    if text.startswith(OF_ZOO):
        return None if ZooModel.of(text) else "not a model such as zoo:NAME or zoo:NAME@FP16"
    return fault_in_address(text)


def wants(source: str) -> str | None:
    """The field that a request with this source may have beside it; None for none."""
    return "include" if source.startswith(OF_HUB) else None if source.startswith(OF_ZOO) else "sha256"


def model_name(source: str) -> str | None:
    """What a repository, or a model of the zoo, is called; None for an address."""
    named = Repository.of(source) or ZooModel.of(source)
    return named.name.rpartition("/")[2] if named else None


def listing(request: dict[str, Any], team: str, hub: HuggingFace, zoo: Zoo) -> Listing:
    """What the request's source has. Raises Problems, and TryLater when it is busy."""
    source = request["source"]
    if repository := Repository.of(source):
        return hub.listing(repository, request.get("include") or (), team)
    if model := ZooModel.of(source):
        return zoo.listing(model)
    return Listing([Remote(file_name(source), source, Checksum("sha256", request["sha256"]))], {"url": source})
