"""Caffe's messages for today's protobuf: read in C, where the ones that come with the converter are read in Python.

A network of 200 MB takes seconds instead of minutes. The classes are made from the same description of the messages,
the one that lies in the converter's own module; only the module's further lines ask for a protobuf of before 2022.
"""

from __future__ import annotations

import ast
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from google.protobuf import descriptor_pool, message_factory, text_format
from google.protobuf.message import DecodeError

_FOLDER = "openvino.tools.mo.front.caffe.proto"
_NAME = "caffe_pb2"
_FILE = "mo_caffe.proto"


class Unreadable(Exception):
    """A file is no network of Caffe's; the text says which and why."""


def install() -> ModuleType:
    """From here on the converter reads networks with them; the module that it imports."""
    from openvino.tools.mo.front.caffe import loader

    spec = find_spec(f"{_FOLDER}.{_NAME}")
    assert spec is not None, "the lock has the converter"
    assert spec.origin is not None, "it is a file"
    descriptor_pool.Default().AddSerializedFile(_description(Path(spec.origin)))
    loader.load_caffe_proto_model = _read
    return sys.modules.setdefault(_NAME, _module())


def _description(path: Path) -> bytes:
    """What the module calls ``serialized_pb``: the file of messages, compiled."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.keyword) and node.arg == "serialized_pb" and isinstance(node.value, ast.Call):
            text: str = ast.literal_eval(node.value.args[0])
            return text.encode("latin1")
    raise LookupError(path)


def _module() -> ModuleType:
    module = ModuleType(_NAME)
    file = descriptor_pool.Default().FindFileByName(_FILE)
    for name, message in file.message_types_by_name.items():
        setattr(module, name, message_factory.GetMessageClass(message))
    for enum in file.enum_types_by_name.values():
        for value in enum.values:
            setattr(module, value.name, value.number)
    return module


def _read(messages: Any, network: str, weights: str) -> tuple[Any, Any]:
    """In place of the converter's, which hands protobuf a mapped file, and only Python's takes that."""
    described, filled = read_network(messages, Path(network)), messages.NetParameter()
    try:
        filled.MergeFromString(Path(weights).read_bytes())
    except DecodeError as error:
        raise Unreadable(f"the .caffemodel is damaged or cut off: {error}") from error
    _refuse_others_weights(described, filled)
    return described, filled


def read_network(messages: Any, path: Path) -> Any:
    """What the .prototxt describes. Raises Unreadable."""
    described = messages.NetParameter()
    try:
        text_format.Merge(path.read_text(errors="replace"), described)
    except text_format.ParseError as error:
        raise Unreadable(
            f"the .prototxt is damaged, or a layer of it has what Caffe itself does not know: {error}"
        ) from error
    return described


def _refuse_others_weights(described: Any, filled: Any) -> None:
    """By the layers' names and how many outputs they have: the converter would only stumble over it."""
    blobs = {layer.name: layer.blobs for layer in (*filled.layer, *filled.layers)}
    for layer in (*described.layer, *described.layers):
        for parameters in (layer.convolution_param, layer.inner_product_param):
            if not parameters.num_output:
                continue
            weights = blobs.get(layer.name)
            if not weights:
                raise Unreadable(
                    f"the .caffemodel holds no weights of layer '{layer.name}': it belongs to another "
                    "network, or holds none"
                )
            if parameters.num_output not in _sizes(weights[0]):
                raise Unreadable(
                    f"layer '{layer.name}' has {parameters.num_output} outputs in the .prototxt, but "
                    f"weights of {_sizes(weights[0])} in the .caffemodel, which belongs to another "
                    "network"
                )


def _sizes(blob: Any) -> list[int]:
    return list(blob.shape.dim) or [blob.num, blob.channels, blob.height, blob.width]
