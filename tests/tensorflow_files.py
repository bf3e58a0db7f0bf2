"""Small TensorFlow graphs as bytes, without TensorFlow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from protobuf_writing import block, number

_FLOAT = 1


def node(name: str, operation: str, *inputs: str, **attributes: bytes) -> bytes:
    """A NodeDef as a field of a GraphDef; an attribute's value is an encoded AttrValue."""
    pairs = [block(5, block(1, key), block(2, value)) for key, value in attributes.items()]
    return block(1, block(1, name), block(2, operation), *(block(3, each) for each in inputs), *pairs)


def shape(*sizes: int) -> bytes:
    """A TensorShapeProto; -1 is any size."""
    return b"".join(block(2, number(1, size % 2**64)) for size in sizes)


def tensor(values: NDArray[np.float32]) -> bytes:
    """A TensorProto."""
    return number(1, _FLOAT) + block(2, shape(*values.shape)) + block(4, values.tobytes())


def matmul_graph(operation: str = "MatMul") -> bytes:
    """y = x·w as a frozen GraphDef, w a 4x4 of 0 to 15."""
    kind, weights = number(6, _FLOAT), np.arange(16, dtype=np.float32).reshape(4, 4)
    return b"".join([
        node("x", "Placeholder", dtype=kind, shape=block(7, shape(1, 4))),
        node("w", "Const", dtype=kind, value=block(8, tensor(weights))),
        node("y", operation, "x", "w", T=kind),
    ])  # fmt: skip


def meta_graph(graph: bytes) -> bytes:
    """A MetaGraphDef of TensorFlow 2.21."""
    return block(1, block(4, "serve"), block(5, "2.21.0")) + block(2, graph)


def saved_model(graph: bytes) -> bytes:
    """What a saved_model.pb holds."""
    return number(1, 1) + block(2, meta_graph(graph))


MATMUL_TEXT = """
node { name: "x" op: "Placeholder"
  attr { key: "dtype" value { type: DT_FLOAT } }
  attr { key: "shape" value { shape { dim { size: 1 } dim { size: 4 } } } } }
node { name: "w" op: "Const"
  attr { key: "dtype" value { type: DT_FLOAT } }
  attr { key: "value" value { tensor { dtype: DT_FLOAT tensor_shape { dim { size: 4 } dim { size: 4 } }
                                       float_val: 2.0 } } } }
node { name: "y" op: "MatMul" input: "x" input: "w" attr { key: "T" value { type: DT_FLOAT } } }
"""
