"""Caffe's two files by their content: a network in text, and one with weights in binary."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.model_registry.formats._protobuf import BYTES, ProtobufError, fields, mapped

_NAME, _LAYER, _OLD_LAYER = 1, 100, 2
_TEXT = re.compile(rb"(\s*(#[^\n]*\n|name:|input(_dim)?:|input_shape\s*\{)[^\n]*)*?\s*layers?\s*\{")
_INPUT = re.compile(rb"^\s*input:|type:\s*\"Input\"", re.MULTILINE)
_HEAD, _LONGEST_NAME, _LARGEST_TEXT = 4096, 1000, 16 * 2**20


def is_network(path: Path) -> bool:
    """Whether its text begins as one with layers does."""
    with path.open("rb") as file:
        return _TEXT.match(file.read(_HEAD)) is not None


def has_input(path: Path) -> bool:
    """Whether a network says what goes in: one for training has its data instead."""
    with path.open("rb") as file:
        return _INPUT.search(file.read(_LARGEST_TEXT)) is not None


def is_weights(path: Path) -> bool:
    """Whether it begins with a name, or none, and a layer."""
    try:
        for number, wire, value in fields(mapped(path), cut_off=True):
            if wire != BYTES or not isinstance(value, memoryview):
                return False
            if number in (_LAYER, _OLD_LAYER):
                return _is_layer(value, old=number == _OLD_LAYER)
            if number != _NAME or len(value) > _LONGEST_NAME:
                return False
    except ProtobufError:
        pass
    return False


def _is_layer(layer: memoryview, *, old: bool) -> bool:
    """By its name and its kind, which in old files is a number."""
    found = {number: wire for number, wire, _ in fields(layer, cut_off=True)}
    return found.get(4) == BYTES and 5 in found if old else found.get(1) == BYTES and found.get(2) == BYTES
