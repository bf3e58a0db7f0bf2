"""Made-up input data: the same seed fills the same model the same way in every launch.

What looks like an image gets whole numbers 0–255, other real inputs get [0, 1), other whole-number inputs
get 0 or 1, since they are mostly masks and indices, where a larger number may be out of range.
"""

from __future__ import annotations

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from workbench.ir import tensor_name
from workbench.profiler.refusals import InputNotSupported

_CHANNELS = (1, 3, 4)
_KINDS = {
    "boolean": np.bool_, "f16": np.float16, "f32": np.float32, "f64": np.float64,
    "i8": np.int8, "i16": np.int16, "i32": np.int32, "i64": np.int64,
    "u8": np.uint8, "u16": np.uint16, "u32": np.uint32, "u64": np.uint64,
}


def random_inputs(model: ov.Model, seed: int) -> list[NDArray[np.generic]]:
    """One array for each input, in the model's order, of its static shape and element type.

    Raises InputNotSupported for an element type numpy has no values for.
    """
    generator = np.random.default_rng(seed)
    return [_random(port, generator) for port in model.inputs]


def fill(request: ov.InferRequest, arrays: list[NDArray[np.generic]]) -> None:
    """Copy the arrays into the request's own tensors, where they stay for all its inferences."""
    for index, array in enumerate(arrays):
        request.get_input_tensor(index).data[...] = array


def _random(port: ov.Output, generator: np.random.Generator) -> NDArray[np.generic]:
    kind = port.get_element_type().get_type_name()
    if kind not in _KINDS:
        name = tensor_name(port)
        raise InputNotSupported(
            f"Input '{name}' has element type {kind}; data can be made up for {', '.join(sorted(_KINDS))}.",
            input=name, element_type=kind)
    dtype = np.dtype(_KINDS[kind])
    shape = tuple(port.get_shape())
    if is_image(shape):
        return generator.integers(0, 128 if kind == "i8" else 256, shape).astype(dtype)
    if dtype.kind == "f":
        return generator.random(shape).astype(dtype)
    return generator.integers(0, 2, shape).astype(dtype)


def is_image(shape: tuple[int, ...]) -> bool:
    """Whether a shape reads as NCHW or NHWC with 1, 3 or 4 channels."""
    return len(shape) == 4 and (shape[1] in _CHANNELS or shape[3] in _CHANNELS)
