"""Small TensorFlow graphs as bytes, without TensorFlow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from protobuf_writing import block, number

_FLOAT, _INT32 = 1, 3


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
    return b"".join(
        [
            node("x", "Placeholder", dtype=kind, shape=block(7, shape(1, 4))),
            node("w", "Const", dtype=kind, value=block(8, tensor(weights))),
            node("y", operation, "x", "w", T=kind),
        ]
    )


def meta_graph(graph: bytes) -> bytes:
    """A MetaGraphDef of TensorFlow 2.21."""
    return block(1, block(4, "serve"), block(5, "2.21.0")) + block(2, graph)


def saved_model(graph: bytes, signatures: dict[str, tuple[str, str]] | None = None) -> bytes:
    """What a saved_model.pb holds. ``signatures``: by name the input and the output, which are tensors as ``x:0``."""
    asked = [block(5, block(1, name), block(2, _signature(*ports))) for name, ports in (signatures or {}).items()]
    return number(1, 1) + block(2, meta_graph(graph) + b"".join(asked))


def _signature(taken: str, made: str) -> bytes:
    taken_as, made_as = (
        block(1, key) + block(2, block(1, tensor_name) + number(2, _FLOAT))
        for key, tensor_name in (("in", taken), ("out", made))
    )
    return block(1, taken_as) + block(2, made_as) + block(3, "tensorflow/serving/predict")


def averaging_graph(shape_of_image: dict[str, bytes]) -> bytes:
    """The mean of each channel of a picture, by way of a convolution; with what is said of the input's shape."""
    kind, weights = number(6, _FLOAT), np.zeros((3, 3, 3, 3), np.float32)
    weights[:, :, range(3), range(3)] = 1 / 9
    axes = number(1, _INT32) + block(2, shape(2)) + block(4, np.array([1, 2], np.int32).tobytes())
    return b"".join(
        [
            node("image", "Placeholder", dtype=kind, **shape_of_image),
            node("w", "Const", dtype=kind, value=block(8, tensor(weights))),
            node("axes", "Const", dtype=number(6, _INT32), value=block(8, axes)),
            node(
                "conv",
                "Conv2D",
                "image",
                "w",
                T=kind,
                strides=block(1, block(3, b"\1\1\1\1")),
                padding=block(2, "SAME"),
                data_format=block(2, "NHWC"),
            ),
            node("scores", "Mean", "conv", "axes", T=kind, Tidx=number(6, _INT32), keep_dims=number(5, 0)),
        ]
    ) + block(4, number(1, 134))


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
