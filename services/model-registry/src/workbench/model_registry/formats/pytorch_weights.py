"""Weights of a network that timm or torchvision has: an exported program is made of them, in an environment apart.

``architecture.json`` beside them says of which: ``{"architecture": "timm:resnet18"}``, with ``num_classes`` and
``input_shape`` where these are not the network's own.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import marshmallow as ma
from marshmallow.validate import Length, Regexp
from workbench.fields import BadSpec, Object, Text, Whole, checked, shared
from workbench.ir import BrokenModel, environments
from workbench.model_registry.formats._pytorch_files import STATE, WEIGHTS, what
from workbench.model_registry.values import Found

ACCEPTED = "weights for PyTorch (.safetensors, .pth) with an architecture.json that names the network"

_BESIDE = "architecture.json"
_LARGEST = 1 << 16


class _Architecture(Object):
    architecture = Text(
        required=True,
        validate=Regexp(r"\A(timm|torchvision):[\w.-]{1,100}\Z", error="Must be timm:NAME or torchvision:NAME."),
    )
    num_classes = Whole(1, 1_000_000, load_default=None, allow_none=True)
    input_shape = ma.fields.List(
        Whole(1, shared.LARGEST_SIZE), load_default=None, allow_none=True, validate=Length(1, 8)
    )


def claims(path: Path) -> bool:
    """Whether it holds weights, and something beside it says of which network."""
    return (path.parent / _BESIDE).is_file() and what(path) in (STATE, WEIGHTS)


def gather(main: Path, upload: Path) -> Found:
    """The program that is made of both; the weights are read in the environment alone."""
    beside = main.parent / _BESIDE
    told = _told(beside, beside.relative_to(upload).as_posix())
    facts = {"producer": "pytorch", "architecture": told["architecture"]}
    make = partial(_make, main, told, main.relative_to(upload).as_posix())
    return Found({"model.pt2": make}, facts, made_of=(main, beside))


def _told(path: Path, called: str) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError(f"it is longer than {_LARGEST} bytes")
        told: dict[str, Any] = checked(_Architecture(), json.loads(path.read_bytes()))
    except (ValueError, RecursionError, BadSpec) as wrong:
        example = '{"architecture": "timm:resnet18"}'
        raise BrokenModel(f"{called}: {wrong} It says something such as {example}.", file=called) from None
    return told


def _make(main: Path, told: dict[str, Any], called: str, target: Path) -> None:
    place = target.parent / "weights"
    place.mkdir()
    source = place / ("weights.safetensors" if what(main) == WEIGHTS else "weights.pth")
    source.symlink_to(main)
    (place / _BESIDE).write_text(json.dumps(told))
    try:
        environments.converted("torch", source, called, target, "weights.py")
    finally:
        for path in (source, place / _BESIDE):
            path.unlink()
        place.rmdir()
