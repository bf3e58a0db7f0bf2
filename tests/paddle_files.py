"""A small PaddlePaddle program and its weights as bytes, without PaddlePaddle."""

from __future__ import annotations

import struct

import numpy as np
from protobuf_writing import block, number

_FP32, _TENSOR, _FEED, _FETCH = 5, 7, 9, 10
_INT, _BOOLEAN = 0, 6
WEIGHTS = np.arange(16, dtype=np.float32).reshape(4, 4)


def program(operation: str = "matmul_v2") -> bytes:
    """y = x·w as a .pdmodel."""
    no = number(2, _BOOLEAN) + number(10, 0)
    first = number(2, _INT) + number(3, 0)
    variables = [
        _variable("feed", _kind(_FEED), persistable=True),
        _variable("fetch", _kind(_FETCH), persistable=True),
        _variable("x", _tensor(1, 4)),
        _variable("w", _tensor(4, 4), persistable=True),
        _variable("y", _tensor(1, 4)),
    ]
    operations = [
        _operation("feed", {"X": "feed"}, {"Out": "x"}, col=first),
        _operation(operation, {"X": "x", "Y": "w"}, {"Out": "y"}, trans_x=no, trans_y=no),
        _operation("fetch", {"X": "y"}, {"Out": "fetch"}, col=first),
    ]
    main = number(1, 0) + number(2, 2**64 - 1) + b"".join(variables) + b"".join(operations)
    return block(1, main) + block(4, number(1, 2_006_000))


def parameters() -> bytes:
    """What the .pdiparams beside it holds."""
    described = _described(4, 4)
    return struct.pack("<IQIi", 0, 0, 0, len(described)) + described + WEIGHTS.tobytes()


def _described(*sizes: int) -> bytes:
    return number(1, _FP32) + b"".join(number(2, size) for size in sizes)


def _kind(kind: int) -> bytes:
    return number(1, kind)


def _tensor(*sizes: int) -> bytes:
    return number(1, _TENSOR) + block(3, block(1, _described(*sizes)), number(2, 0))


def _variable(name: str, kind: bytes, *, persistable: bool = False) -> bytes:
    return block(3, block(1, name), block(2, kind), number(3, int(persistable)))


def _operation(kind: str, inputs: dict[str, str], outputs: dict[str, str], **attributes: bytes) -> bytes:
    takes = [block(1, block(1, key), block(2, value)) for key, value in inputs.items()]
    makes = [block(2, block(1, key), block(2, value)) for key, value in outputs.items()]
    settings = [block(4, block(1, key), value) for key, value in attributes.items()]
    return block(4, *takes, *makes, block(3, kind), *settings)
