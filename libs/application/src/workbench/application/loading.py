"""A model compiled as configured, fed with pictures: one at a time, or as many in flight as the device likes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from PIL import Image
from workbench.application import executed
from workbench.imaging.preprocess import Fitted, decode, fit, to_tensor
from workbench.tasks.recipe import Recipe

Arrays = list[NDArray[Any]]
Outputs = dict[str, NDArray[Any]]


class NoSuchTensor(ValueError):
    """The model has no input or output of that name; ``known`` are those it has."""

    def __init__(self, kind: str, name: str, known: list[str]) -> None:
        super().__init__(f"the model has no {kind} {name!r}; it has {', '.join(known)}")
        self.kind, self.name, self.known = kind, name, known


@dataclass(frozen=True)
class Loaded:
    """A model on its device. ``image_input``: which input takes the image; ``outputs``: their names, in order.

    ``device`` and ``properties``: as it was compiled.
    """

    compiled: ov.CompiledModel
    recipe: Recipe
    image_input: int
    outputs: tuple[str, ...]
    device: str
    properties: Mapping[str, Any]

    @cached_property
    def configuration(self) -> dict[str, Any]:
        """What was read back; it walks the executed graph, which whoever only infers needs not."""
        return executed.configuration(self.compiled, self.device, self.properties)

    @cached_property
    def difference(self) -> executed.Difference | None:
        """What the device made otherwise than asked, which whoever relies on it refuses or tells."""
        return executed.difference(self.compiled, self.device, self.properties)


def load(model: ov.Model, device: str, properties: Mapping[str, Any], recipe: Recipe) -> Loaded:
    """Compile exactly so. Raises NoSuchTensor, and RuntimeError where the device can't run it."""
    image_input = _find(model.inputs, "input", recipe.preparation.input.name)
    names = _output_names(model, recipe)
    if model.inputs[image_input].partial_shape.is_dynamic:
        model.reshape({model.inputs[image_input]: list(recipe.preparation.input.shape)})
    compiled = ov.Core().compile_model(model, device, dict(properties))
    return Loaded(compiled, recipe, image_input, names, device, properties)


def prepare(image: bytes, loaded: Loaded) -> tuple[Arrays, Fitted]:
    """An array for each input: the image where the recipe says, else zeros; ValueError for a broken image."""
    return prepare_picture(decode(image), loaded)


def prepare_picture(picture: Image.Image, loaded: Loaded) -> tuple[Arrays, Fitted]:
    """The same for a picture that is decoded already, 8 bit RGB."""
    fitted = fit(picture, loaded.recipe.preparation)
    pixels = to_tensor(fitted.image, loaded.recipe.preparation)

    def fed(number: int, port: Any) -> NDArray[Any]:
        dtype = port.get_element_type().to_dtype()
        if number == loaded.image_input:
            return pixels.astype(dtype, copy=False)
        return np.zeros(_fixed_shape(port), dtype)

    return [fed(number, port) for number, port in enumerate(loaded.compiled.inputs)], fitted


def infer(loaded: Loaded, arrays: Arrays) -> Outputs:
    """Every output for one image, by name, in the model's order."""
    results = loaded.compiled(arrays)
    ports = loaded.compiled.outputs
    return {name: np.array(results[port]) for name, port in zip(loaded.outputs, ports, strict=True)}


def stream(loaded: Loaded, pictures: Iterable[tuple[Arrays, Fitted]]) -> Iterator[tuple[int, Outputs, Fitted]]:
    """Each picture's number, outputs and fit, in the order in which they are done; outputs are valid until the next.

    No callback: OpenVINO can hang when a queue with a Python callback is torn down.
    """
    queue = ov.AsyncInferQueue(loaded.compiled)
    in_flight: dict[int, tuple[int, Fitted]] = {}

    def collected(slot: int) -> tuple[int, Outputs, Fitted]:
        number, fitted = in_flight.pop(slot)
        ports = loaded.compiled.outputs
        outputs = {name: queue[slot].get_tensor(port).data for name, port in zip(loaded.outputs, ports, strict=True)}
        return number, outputs, fitted

    for number, (arrays, fitted) in enumerate(pictures):
        slot = queue.get_idle_request_id()
        if slot in in_flight:
            yield collected(slot)
        in_flight[slot] = (number, fitted)
        queue.start_async(dict(enumerate(arrays)))
    queue.wait_all()
    for slot in list(in_flight):
        yield collected(slot)


def _output_names(model: ov.Model, recipe: Recipe) -> tuple[str, ...]:
    """One name each; that which the recipe uses for the one it reads, since an output may have several."""
    names = [_name(port, number) for number, port in enumerate(model.outputs)]
    if recipe.output is not None:
        names[_find(model.outputs, "output", recipe.output)] = recipe.output
    return tuple(names)


def _find(ports: list[Any], kind: str, name: str) -> int:
    for index, port in enumerate(ports):
        if name in {*port.get_names(), port.get_node().get_friendly_name()}:
            return index
    raise NoSuchTensor(kind, name, [_name(port, number) for number, port in enumerate(ports)])


def _name(port: Any, number: int) -> str:
    return port.get_any_name() if port.get_names() else f"output {number}"


def _fixed_shape(port: Any) -> list[int]:
    return [dimension.get_length() if dimension.is_static else 1 for dimension in port.get_partial_shape()]
