"""MXNet: a symbol in JSON and its parameters, told with what converts them: OpenVINO's last release that did."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.model_registry.values import Found, NotTaken

ACCEPTED = None

_LIST_OF_ARRAYS = b"\x12\x01\0\0\0\0\0\0"
_SYMBOL = re.compile(rb'\s*\{\s*"nodes"\s*:\s*\[\s*\{\s*"op"\s*:')
_HEAD = 4096


def claims(path: Path) -> bool:
    """Whether it is a list of arrays, or a graph that begins with a node's operation."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    return head.startswith(_LIST_OF_ARRAYS) or _SYMBOL.match(head) is not None


def gather(main: Path, upload: Path) -> Found:
    """Refuses, with the command that converts."""
    name = main.relative_to(upload).as_posix()
    raise NotTaken(f"{name}: this is an MXNet network, which OpenVINO reads no more. In a Python 3.11 environment of "
                   "its own: `pip install 'openvino-dev[mxnet]==2023.3.0'`; `mo --framework mxnet --input_model "
                   "NET-0000.params --input_symbol NET-symbol.json --input_shape '[1,3,224,224]' "
                   "--compress_to_fp16=False`. Upload the .xml and .bin that it writes.", file=name)  # fmt: skip
