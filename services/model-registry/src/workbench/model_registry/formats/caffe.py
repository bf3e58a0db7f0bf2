"""Caffe: a .prototxt and a .caffemodel, told with what converts them: OpenVINO's last release that did."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.model_registry.formats._protobuf import BYTES, ProtobufError, fields, mapped
from workbench.model_registry.values import Found, NotTaken

ACCEPTED = None

_NAME, _LAYER, _OLD_LAYER = 1, 100, 2
_TEXT = re.compile(rb"(\s*(#[^\n]*\n|name:|input(_dim)?:|input_shape\s*\{)[^\n]*)*?\s*layers?\s*\{")
_HEAD, _LONGEST_NAME = 4096, 1000


def claims(path: Path) -> bool:
    """Whether it is a network with weights or, in text, without."""
    with path.open("rb") as file:
        return _TEXT.match(file.read(_HEAD)) is not None or _is_binary(path)


def gather(main: Path, upload: Path) -> Found:
    """Refuses, with the command that converts."""
    name = main.relative_to(upload).as_posix()
    raise NotTaken(f"{name}: this is a Caffe network, which OpenVINO reads no more. In a Python 3.11 environment of "
                   "its own: `pip install 'openvino-dev[caffe]==2023.3.0'`; `mo --framework caffe --input_proto "
                   "NET.prototxt --input_model NET.caffemodel --compress_to_fp16=False`. Upload the .xml and .bin that "
                   "it writes.", file=name)  # fmt: skip


def _is_binary(path: Path) -> bool:
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
