"""What a source says of itself: small JSON, taken for what fits a schema and for nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx
import marshmallow as ma
from workbench.model_registry.sources.asking import Asking, TryLater, in_words
from workbench.model_registry.sources.problems import NotTheFile
from workbench.model_registry.sources.values import shown

LARGEST = 16 << 20


def read_document(asking: Asking, url: str, headers: Mapping[str, str], schema: ma.Schema) -> dict[str, Any]:
    """The document at the address. Raises TryLater, and Problems: NotTheFile for what is no such document."""
    try:
        document = json.loads(read_small(asking, url, headers))
        loaded: dict[str, Any] = schema.load(document)
    except ma.ValidationError as wrong:
        field = next(iter(wrong.messages_dict), "")
        raise NotTheFile(shown(url), f"its answer is not what a hub says of a model ({field})") from None
    except (ValueError, RecursionError):
        raise NotTheFile(shown(url), "its answer is no JSON") from None
    return loaded


def read_small(asking: Asking, url: str, headers: Mapping[str, str], largest: int = LARGEST) -> bytes:
    """All of it, at most so many bytes. Raises TryLater and Problems."""
    content = bytearray()
    try:
        with asking.get(url, headers) as response:
            for chunk in response.iter_raw():
                content += chunk
                if len(content) > largest:
                    raise NotTheFile(shown(url), f"its answer is longer than {largest >> 10} KiB")
    except httpx.TransportError as error:
        raise TryLater(in_words(error)) from error
    return bytes(content)
