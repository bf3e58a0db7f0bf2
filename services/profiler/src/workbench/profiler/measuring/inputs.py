"""What a model is fed with while it is measured: arrays that were given, and made-up data for the other inputs.

The same seed fills the same model the same way in every launch. What looks like an image gets whole numbers 0–255,
other real inputs get [0, 1), other whole-number inputs get 0 or 1, since they are mostly masks and indices, where a
larger number may be out of range.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from workbench.ir import tensor_name
from workbench.profiler.refusals import InputNotSupported, TensorDoesNotFit
from workbench.profiler.tensors import TYPES, read
from workbench.profiler.values import ELEMENT_TYPES, may_feed

Arrays = list[NDArray[np.generic]]
_CHANNELS = (1, 3, 4)
_STRING = "string"
_WORDS = np.array(["a", "word", "of", "several", "letters"])


def opened(files: Mapping[str, Path]) -> dict[str, NDArray[np.generic]]:
    """The arrays that were given, by the name of their input, each mapped from its file as that types and shapes it."""
    return {name: read(path) for name, path in files.items()}


def arrays_for(model: ov.Model, given: Mapping[str, NDArray[np.generic]], seed: int) -> Arrays:
    """One array for each input, in the model's order, of its static shape and element type.

    Raises TensorDoesNotFit, and InputNotSupported for an element type nothing can be made up for.
    """
    generator = np.random.default_rng(seed)
    # Made up for all in any case: what one is given does not change what the others get.
    made_up = [_random(port, generator) for port in model.inputs]
    return [
        made if (array := _of(port, given)) is None else _as_input(tensor_name(port), array, port)
        for port, made in zip(model.inputs, made_up, strict=True)
    ]


def names(port: ov.Output) -> set[str]:
    """All that an input may be called by."""
    return {*port.get_names(), port.get_node().get_friendly_name()}


def described(model: ov.Model, given: Mapping[str, NDArray[np.generic]]) -> list[dict[str, Any]]:
    """Each input as it was measured, and where its data came from."""
    return [
        {
            "name": tensor_name(port),
            "shape": list(port.get_shape()),
            "element_type": _kind(port),
            "data": "made up" if _of(port, given) is None else "given",
        }
        for port in model.inputs
    ]


def fill(request: ov.InferRequest, arrays: Arrays) -> None:
    """Copy the arrays into the request's own tensors, where they stay for all its inferences."""
    for index, array in enumerate(arrays):
        tensor = request.get_input_tensor(index)
        if array.dtype.kind == "U":
            tensor.str_data = array
        else:
            tensor.data[...] = array


def _of(port: ov.Output, given: Mapping[str, NDArray[np.generic]]) -> NDArray[np.generic] | None:
    return next((given[name] for name in sorted(names(port)) if name in given), None)


def _kind(port: ov.Output) -> str:
    return str(port.get_element_type().get_type_name())


def _as_input(name: str, array: NDArray[np.generic], port: ov.Output) -> NDArray[np.generic]:
    kind, given = _kind(port), TYPES[array.dtype]
    if not may_feed(given, kind):
        raise TensorDoesNotFit(
            f"inputs.{name}: the array has elements of the type {given}, the input takes {kind}.",
            input=name,
            element_type=kind,
        )
    if array.shape != tuple(port.get_shape()):
        raise TensorDoesNotFit(
            f"inputs.{name}: the array has the shape {list(array.shape)}, the input {list(port.get_shape())}.",
            input=name,
        )
    if kind == "bf16":
        return _bf16(array.astype(np.float32))
    made = array.astype(ELEMENT_TYPES[kind])
    if made.dtype.kind in "iu" and not np.array_equal(made, array):
        raise TensorDoesNotFit(
            f"inputs.{name}: the array holds values beyond {kind}, which the input takes.",
            input=name,
            element_type=kind,
        )
    return made


def _random(port: ov.Output, generator: np.random.Generator) -> NDArray[np.generic]:
    kind, shape = _kind(port), tuple(port.get_shape())
    if kind not in ELEMENT_TYPES:
        return _odd(port, generator)
    dtype = np.dtype(ELEMENT_TYPES[kind])
    if is_image(shape):
        return generator.integers(0, 128 if kind == "i8" else 256, shape).astype(dtype)
    if dtype.kind == "f":
        return generator.random(shape).astype(dtype)
    return generator.integers(0, 2, shape).astype(dtype)


def _odd(port: ov.Output, generator: np.random.Generator) -> NDArray[np.generic]:
    """Of types that NumPy has not: words; bfloat16 by its bits; what is packed or has 8 bits as bytes of 0 and 1."""
    kind, shape = _kind(port), tuple(port.get_shape())
    if kind == _STRING:
        return generator.choice(_WORDS, shape)
    if kind == "bf16":
        values = generator.integers(0, 256, shape) if is_image(shape) else generator.random(shape)
        return _bf16(np.asarray(values, dtype=np.float32))
    try:
        memory = ov.Tensor(port.get_element_type(), port.get_shape()).data
    except RuntimeError as error:
        name = tensor_name(port)
        raise InputNotSupported(
            f"Input '{name}' has element type {kind}; data can be made up for {', '.join(sorted(ELEMENT_TYPES))}.",
            input=name,
            element_type=kind,
        ) from error
    return generator.integers(0, 2, memory.shape).astype(memory.dtype)


def _bf16(values: NDArray[np.float32]) -> NDArray[np.generic]:
    """As OpenVINO's arrays show it: two bytes that claim to be a float16."""
    return np.asarray(values.view(np.uint32) >> 16, dtype=np.uint16).view(np.float16)


def is_image(shape: tuple[int, ...]) -> bool:
    """Whether a shape reads as NCHW or NHWC with 1, 3 or 4 channels."""
    return len(shape) == 4 and (shape[1] in _CHANNELS or shape[3] in _CHANNELS)
