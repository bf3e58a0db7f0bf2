"""ONNX models written as no exporter would: each liberty that protobuf's wire format allows, and some it does not.

A message is encoded field by field from its schema, and a dice decides at each: overlong numbers, bits beyond those
that count, the wrong wire type, one message in two halves, fields twice, in any order, unknown ones, groups. After
that bytes may be flipped, cut and repeated.
"""

from __future__ import annotations

import struct
from random import Random
from typing import Any

from google.protobuf.descriptor import FieldDescriptor as Field
from google.protobuf.message import Message
from onnx import GraphProto, ModelProto, TensorProto, helper

LOCATIONS = [
    "w.bin",
    "./w.bin",
    "folder/v.bin",
    "../secret",
    "/etc/passwd",
    "*/_ORT_MEM_ADDR_/*",
    "",
    "w.bin\0x",
    "w\nx",
]
NUMBERS = ["0", "16", "32", "-1", "+1", " 1", "1x", "0x10", "18446744073709551600", "9" * 30, ""]
_FLOATING = {Field.TYPE_FLOAT: "<f", Field.TYPE_DOUBLE: "<d"}


def models(dice: Random) -> ModelProto:
    """A small model with tensors where tensors can be, most of them in other files."""
    graph = _graph(dice, "g", depth=dice.randrange(3))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8, producer_name="a test")
    if dice.random() < 0.3:
        model.functions.add(name="f", domain="d").node.append(_constant(dice, "in_function"))
    if dice.random() < 0.3:
        model.training_info.add().initialization.CopyFrom(_graph(dice, "t", depth=0))
    return model


def mutant(dice: Random) -> bytes:
    """One such model in a spelling that the dice chose."""
    wildness = dice.choice([0.0, 0.01, 0.05])
    data = bytearray(_encode(models(dice), dice, wildness))
    for _ in range(dice.choice([0, 0, 0, 0, 0, 0, 1, 3])):
        place = dice.randrange(len(data))
        how = dice.randrange(4)
        if how == 0:
            data[place] ^= 1 << dice.randrange(8)
        elif how == 1:
            data[place : place + 1] = _number(dice.getrandbits(64), dice, 1.0)
        elif how == 2:
            del data[place : place + dice.randrange(1, 9)]
        else:
            data[place:place] = data[max(0, place - 20) : place]
    return bytes(data) or b"\x08"


def _graph(dice: Random, name: str, depth: int) -> GraphProto:
    tensors = [_tensor(dice, f"{name}w{n}") for n in range(dice.randrange(1, 3))]
    nodes = [helper.make_node("MatMul", ["x", f"{name}w0"], [f"{name}y"]), _constant(dice, f"{name}c")]
    if depth:
        nodes.append(
            helper.make_node(
                "If",
                ["c"],
                [f"{name}z"],
                then_branch=_graph(dice, name + "a", depth - 1),
                else_branch=_graph(dice, name + "b", depth - 1),
            )
        )
    graph = helper.make_graph(
        nodes,
        name,
        [
            helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4]),
            helper.make_tensor_value_info("c", TensorProto.BOOL, []),
        ],
        [helper.make_tensor_value_info(f"{name}y", TensorProto.FLOAT, [1, 4])],
        tensors,
    )
    if dice.random() < 0.2:
        graph.sparse_initializer.add().values.CopyFrom(_tensor(dice, f"{name}s"))
    return graph


def _constant(dice: Random, name: str) -> Any:
    return helper.make_node("Constant", [], [name], value=_tensor(dice, name))


def _tensor(dice: Random, name: str) -> TensorProto:
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=[4, 4])
    if dice.random() < 0.3:
        tensor.raw_data = bytes(64)
    if dice.random() < 0.3:
        tensor.float_data.extend([1.0] * 16)
    if dice.random() < 0.8:
        tensor.data_location = TensorProto.EXTERNAL
    chosen = LOCATIONS[:3] if dice.random() < 0.95 else LOCATIONS
    for _ in range(dice.choice([1, 1, 1, 2])):
        tensor.external_data.add(key="location", value=dice.choice(chosen))
    for key in ("offset", "length"):
        if dice.random() < 0.5:
            tensor.external_data.add(key=key, value=dice.choice(NUMBERS[:3] if dice.random() < 0.97 else NUMBERS))
    return tensor


def _encode(message: Message, dice: Random, wild: float) -> bytes:
    pieces = [
        piece
        for field, value in message.ListFields()
        for piece in _pieces(field, value if field.is_repeated else [value], dice, wild)
    ]
    if dice.random() < wild:
        pieces.append(_stranger(dice))
    if dice.random() < wild:
        pieces.append(dice.choice(pieces or [b""]))
    if dice.random() < wild:
        dice.shuffle(pieces)
    return b"".join(pieces)


def _pieces(field: Field, values: Any, dice: Random, wild: float) -> list[bytes]:
    if field.type in _FLOATING and len(values) > 1:
        packed = b"".join(struct.pack(_FLOATING[field.type], value) for value in values)
        return [_tag(field.number, 2, dice, wild) + _number(len(packed), dice, wild, longest=5) + packed]
    return [piece for value in values for piece in _value(field, value, dice, wild)]


def _value(field: Field, value: Any, dice: Random, wild: float) -> list[bytes]:
    if isinstance(value, Message):
        whole = _encode(value, dice, wild)
        halves = [whole]
        if dice.random() < wild and not field.is_repeated:  # a parser merges them
            empty = type(value)()
            halves = dice.choice([[whole, whole], [whole, _encode(empty, dice, wild)], [b"", whole]])
        return [_bytes(field.number, half, dice, wild) for half in halves]
    if isinstance(value, str | bytes):
        return [_bytes(field.number, value.encode() if isinstance(value, str) else value, dice, wild)]
    if isinstance(value, float):
        return [_tag(field.number, 5, dice, wild) + struct.pack("<f", value)]
    number = int(value) % 2**64
    if dice.random() < 3 * wild:  # beyond what an enum keeps
        number = (number + (dice.randrange(1, 2**20) << 32)) % 2**64
    if dice.random() < wild:
        number = dice.choice([2**64 - 1, 2**31, 2, 7])
    encoded = _number(number, dice, wild)
    if dice.random() < wild:  # as if it were packed
        return [_bytes(field.number, encoded, dice, wild)]
    return [_tag(field.number, 0, dice, wild) + encoded]


def _bytes(number: int, content: bytes, dice: Random, wild: float) -> bytes:
    if dice.random() < wild / 20:  # a group, as if the field were one
        return _tag(number, 3, dice, 0) + content + _tag(number, 4, dice, 0)
    return _tag(number, 2, dice, wild) + _number(len(content), dice, wild, longest=5) + content


def _tag(number: int, wire: int, dice: Random, wild: float) -> bytes:
    if dice.random() < wild / 40:
        wire = dice.randrange(8)
    return _number(number << 3 | wire, dice, wild, longest=5)


def _number(value: int, dice: Random, wild: float, longest: int = 10) -> bytes:
    groups = [value >> shift & 0x7F for shift in range(0, max(value.bit_length(), 1), 7)]
    if dice.random() < wild:
        groups += [0] * dice.randrange(max(longest - len(groups), 0) + 1)
    if dice.random() < wild / 50:
        groups += [0] * (longest + 1 - min(len(groups), longest))
    return bytes([*(group | 0x80 for group in groups[:-1]), groups[-1]])


def _stranger(dice: Random) -> bytes:
    deep = dice.choice([1, 2, 5, 20, 90, 101])
    group = b"\xf3\x3f" * deep + b"\xf4\x3f" * deep  # group 1022 in itself
    return dice.choice(
        [b"\xf8\x3f\x01", b"\xfa\x3f\x03abc", b"\xfd\x3f1234", group, dice.choice([b"\x00\x01", b"\x07", b"\xf4\x3f"])]
    )
